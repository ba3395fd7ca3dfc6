import type { Redis } from '@redial/platform';

/** Pub/sub of one store: all of its channels on one connection, which can do nothing else while it is subscribed. */
export interface Subscriptions {
  /**
   * Resolves once it listens. `onSubscribed` is called then, and each time after the connection was lost and listens again: what was
   * published meanwhile was not heard. What comes back stops listening, at once. The same function registered twice is two registrations.
   */
  listen(channel: string, listener: (message: string) => void, onSubscribed?: () => void): Promise<() => void>;
}

interface Registration {
  readonly listener: (message: string) => void;
  readonly onSubscribed: () => void;
  /** Its first subscription stands; until then `listen` itself tells it. */
  standing: boolean;
}

/** Listening without a subscriber connection is a TypeError. */
export function subscriptionsOf(subscriber: Redis | undefined): Subscriptions {
  const channels = new Map<string, Set<Registration>>();
  subscriber?.on('message', (channel, message) => {
    for (const { listener } of channels.get(channel) ?? []) listener(message);
  });
  // ioredis makes subscriptions again by itself but does not say when they stand: asking once more, behind it, does.
  subscriber?.on('ready', () => {
    for (const [channel, registrations] of channels) {
      const deaf = [...registrations].filter(({ standing }) => standing);
      if (deaf.length === 0) continue;
      subscriber.subscribe(channel).then(
        () => {
          for (const registration of deaf) if (registrations.has(registration)) registration.onSubscribed();
        },
        // The connection was closed for good, or it broke again: then there will be another `ready`.
        () => undefined,
      );
    }
  });

  return {
    listen: async (channel, listener, onSubscribed = () => undefined) => {
      if (subscriber === undefined) throw new TypeError('this store was made without a subscriber connection');
      const registrations = channels.get(channel) ?? new Set();
      channels.set(channel, registrations);
      const own: Registration = { listener, onSubscribed, standing: false };
      registrations.add(own);
      try {
        await subscriber.subscribe(channel);
      } catch (error) {
        registrations.delete(own);
        throw error;
      }
      own.standing = true;
      onSubscribed();
      return () => {
        registrations.delete(own);
        // Not waited for: without Redis it would never be answered, and whoever stops must be able to.
        if (registrations.size === 0) subscriber.unsubscribe(channel).catch(() => undefined);
      };
    },
  };
}
