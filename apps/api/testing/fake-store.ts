import type { AttemptId, AttemptRecord, Call, CallId } from '@redial/call';
import type { Store } from '@redial/store';

/** What the waiter needs of the store, in memory; a test tells the hints. */
export interface FakeStore {
  readonly port: Pick<Store, 'onCallChanged' | 'readCall' | 'readAttempt'>;
  put(call: Call, attempt?: AttemptRecord): void;
  hints(callId: CallId): void;
  /** The connection was lost and listens again. */
  resubscribe(): void;
  /** How many listen. */
  readonly subscriptions: number;
  /** A subscription stands, or fails, when this does. */
  subscribing: PromiseWithResolvers<void> | undefined;
  /** Redis fails at once, or says nothing at all. */
  isAway: boolean;
  hangs: boolean;
  /** Every call that was read. */
  readonly reads: CallId[];
  readsInFlight(callId: CallId): number;
  readonly readsInFlightMax: number;
}

export function fakeStore(): FakeStore {
  const calls = new Map<CallId, Call>();
  const attempts = new Map<AttemptId, AttemptRecord>();
  const listeners = new Set<{ readonly listener: (callId: CallId) => void; readonly onSubscribed: () => void }>();
  const inFlight = new Map<CallId, number>();
  let inFlightMax = 0;

  async function found<T>(value: T | undefined): Promise<{ value: T; version: number } | undefined> {
    if (store.isAway) throw new Error('Redis is gone');
    if (store.hangs) return new Promise(() => undefined);
    return value === undefined ? undefined : { value, version: 1 };
  }

  const store: FakeStore = {
    port: {
      readCall: async (id) => {
        store.reads.push(id);
        const now = store.readsInFlight(id) + 1;
        inFlight.set(id, now);
        inFlightMax = Math.max(inFlightMax, now);
        const value = calls.get(id);
        // What is written while a read is under way is not in it.
        await Promise.resolve();
        inFlight.set(id, now - 1);
        return found(value);
      },
      readAttempt: (id) => found(attempts.get(id)),
      onCallChanged: async (listener, onSubscribed = () => undefined) => {
        await store.subscribing?.promise;
        const own = { listener, onSubscribed };
        listeners.add(own);
        onSubscribed();
        return async () => void listeners.delete(own);
      },
    },
    put: (call, attempt) => {
      calls.set(call.id, call);
      if (attempt !== undefined) attempts.set(attempt.id, attempt);
    },
    hints: (callId) => {
      for (const { listener } of listeners) listener(callId);
    },
    resubscribe: () => {
      for (const { onSubscribed } of listeners) onSubscribed();
    },
    get subscriptions() {
      return listeners.size;
    },
    subscribing: undefined,
    isAway: false,
    hangs: false,
    reads: [],
    readsInFlight: (callId) => inFlight.get(callId) ?? 0,
    get readsInFlightMax() {
      return inFlightMax;
    },
  };
  return store;
}
