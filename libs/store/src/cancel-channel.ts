import type { AttemptId } from '@redial/call';
import type { Redis } from '@redial/platform';
import type { Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

type Listener = (pbx: string, attemptId: AttemptId) => void;

/** Publishes on the store's connection, listens on one of its own: a subscribed connection can do nothing else. */
export function cancelChannelOf(
  { redis, keys: { cancelChannel } }: StoreContext,
  subscriber: Redis | undefined,
): Pick<Store, 'announceCancel' | 'onCancel'> {
  const listeners = new Set<Listener>();
  subscriber?.on('message', (channel, message) => {
    if (channel !== cancelChannel) return;
    const [pbx = '', attemptId = ''] = message.split(' ');
    for (const listener of listeners) listener(pbx, attemptId as AttemptId);
  });

  return {
    announceCancel: async (pbx, attemptId) => {
      await redis.publish(cancelChannel, `${pbx} ${attemptId}`);
    },
    onCancel: async (listener) => {
      if (subscriber === undefined) throw new TypeError('this store was made without a subscriber connection');
      // A listener of one's own, so that the same function registered twice is two registrations.
      const own: Listener = (pbx, attemptId) => listener(pbx, attemptId);
      listeners.add(own);
      await subscriber.subscribe(cancelChannel);
      return async () => {
        listeners.delete(own);
        if (listeners.size === 0) await subscriber.unsubscribe(cancelChannel);
      };
    },
  };
}
