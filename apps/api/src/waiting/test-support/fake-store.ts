import type { AttemptId, AttemptRecord, Call, CallId } from '@redial/call';
import type { Store } from '@redial/store';

/** What the waiter needs of the store, in memory; a test tells the news. */
export interface FakeStore {
  readonly port: Pick<Store, 'onNews' | 'readCall' | 'readAttempt'>;
  put(call: Call, attempt?: AttemptRecord): void;
  news(callId: CallId): void;
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
  readsUnderWay(callId: CallId): number;
  readonly readsUnderWayMax: number;
}

export function fakeStore(): FakeStore {
  const calls = new Map<CallId, Call>();
  const attempts = new Map<AttemptId, AttemptRecord>();
  const listeners = new Set<{ readonly listener: (callId: CallId) => void; readonly onSubscribed: () => void }>();
  const underWay = new Map<CallId, number>();
  let underWayMax = 0;

  async function found<T>(value: T | undefined): Promise<{ value: T; version: number } | undefined> {
    if (store.isAway) throw new Error('Redis is gone');
    if (store.hangs) return new Promise(() => undefined);
    return value === undefined ? undefined : { value, version: 1 };
  }

  const store: FakeStore = {
    port: {
      readCall: async (id) => {
        store.reads.push(id);
        const now = store.readsUnderWay(id) + 1;
        underWay.set(id, now);
        underWayMax = Math.max(underWayMax, now);
        const value = calls.get(id);
        // What is written while a read is under way is not in it.
        await Promise.resolve();
        underWay.set(id, now - 1);
        return found(value);
      },
      readAttempt: (id) => found(attempts.get(id)),
      onNews: async (listener, onSubscribed = () => undefined) => {
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
    news: (callId) => {
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
    readsUnderWay: (callId) => underWay.get(callId) ?? 0,
    get readsUnderWayMax() {
      return underWayMax;
    },
  };
  return store;
}
