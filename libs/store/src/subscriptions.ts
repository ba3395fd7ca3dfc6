import type { Redis } from '@redial/platform';

/** Pub/sub of one store: all channels share one connection. While it is subscribed it can do nothing else. */
export interface Subscriptions {
  /**
   * Listens on a channel. `onSubscribed` is called when listening begins, and again after each lost connection:
   * messages in between were missed. The resolved function stops listening at once. A function that is registered twice
   * has two registrations.
   */
  listen(channel: string, listener: (message: string) => void, onSubscribed?: () => void): Promise<() => void>;
}

interface Registration {
  readonly listener: (message: string) => void;
  readonly onSubscribed: () => void;
  /** The first subscription is confirmed. Until then `listen` itself calls `onSubscribed`. */
  standing: boolean;
}

/** `listen` throws TypeError if there is no subscriber connection. */
export function subscriptionsOf(subscriber: Redis | undefined): Subscriptions {
  const channels = new Map<string, Set<Registration>>();
  subscriber?.on('message', (channel, message) => {
    for (const { listener } of channels.get(channel) ?? []) listener(message);
  });
  // ioredis subscribes again by itself, but does not report the end. A second SUBSCRIBE, behind its own, does.
  subscriber?.on('ready', () => {
    for (const [channel, registrations] of channels) {
      const deaf = [...registrations].filter(({ standing }) => standing);
      if (deaf.length === 0) continue;
      subscriber.subscribe(channel).then(
        () => {
          for (const registration of deaf) if (registrations.has(registration)) registration.onSubscribed();
        },
        // The connection is closed for good, or it broke again: then another `ready` follows.
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
        // Not awaited: without Redis no answer comes, and the process must be able to stop.
        if (registrations.size === 0) subscriber.unsubscribe(channel).catch(() => undefined);
      };
    },
  };
}
