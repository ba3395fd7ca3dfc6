import type { AttemptId } from '@redial/call';
import type { Redis } from '@redial/platform';
import type { Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

interface Registration {
  readonly listener: (pbx: string, attemptId: AttemptId) => void;
  readonly onSubscribed: () => void;
  /** Its first subscription stands; until then `onCancel` itself tells it. */
  standing: boolean;
}

/** Publishes on the store's connection, listens on one of its own: a subscribed connection can do nothing else. */
export function cancelChannelOf(
  { redis, keys: { cancelChannel } }: Pick<StoreContext, 'redis' | 'keys'>,
  subscriber: Redis | undefined,
): Pick<Store, 'announceCancel' | 'onCancel'> {
  const registrations = new Set<Registration>();
  subscriber?.on('message', (channel, message) => {
    if (channel !== cancelChannel) return;
    const [pbx = '', attemptId = ''] = message.split(' ');
    for (const { listener } of registrations) listener(pbx, attemptId as AttemptId);
  });
  // ioredis makes subscriptions again by itself but does not say when they stand: asking once more, behind it, does.
  subscriber?.on('ready', () => {
    const deaf = [...registrations].filter(({ standing }) => standing);
    if (deaf.length === 0) return;
    subscriber.subscribe(cancelChannel).then(
      () => {
        for (const registration of deaf) if (registrations.has(registration)) registration.onSubscribed();
      },
      // The connection was closed for good, or it broke again: then there will be another `ready`.
      () => undefined,
    );
  });

  return {
    announceCancel: async (pbx, attemptId) => {
      await redis.publish(cancelChannel, `${pbx} ${attemptId}`);
    },
    onCancel: async (listener, onSubscribed = () => undefined) => {
      if (subscriber === undefined) throw new TypeError('this store was made without a subscriber connection');
      // One for each call, so that the same function registered twice is two registrations.
      const own: Registration = { listener, onSubscribed, standing: false };
      registrations.add(own);
      await subscriber.subscribe(cancelChannel);
      own.standing = true;
      onSubscribed();
      return async () => {
        registrations.delete(own);
        if (registrations.size === 0) await subscriber.unsubscribe(cancelChannel);
      };
    },
  };
}
