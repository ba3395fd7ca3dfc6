import type { AttemptId, AttemptRecord, Call, CallId, Cdr } from '@redial/call';
import type { Delivery, PbxReport, Store, Versioned, Written } from '@redial/store';
import { portOf } from './port-of.ts';

/** What the results process needs of the store, in memory: the same compare-and-set, the same all-or-nothing. */
export interface MemoryStore {
  readonly port: Store;
  /** A call, and its attempts that were fenced. */
  put(call: Call, ...attempts: readonly AttemptRecord[]): void;
  call(id: CallId): Call;
  attempt(id: AttemptId): AttemptRecord;
  /** As another process would: it reads and writes in one go. */
  change(id: CallId, change: (call: Call) => Call): void;
  /** Each is run once, before the next settling looks at versions. */
  readonly beforeNextSettle: (() => void)[];
  /** Every CDR that was ever written. */
  readonly cdrs: Cdr[];
  readonly deliveries: Map<string, Delivery>;
  readonly progress: {
    readonly id: AttemptId;
    readonly phase: string;
    readonly at: number;
    readonly uniqueId?: string;
  }[];
  readonly reports: (PbxReport & { readonly holder: string })[];
  /** Instants for which ended calls were forgotten. */
  readonly forgotten: number[];
  /** Records that cannot be read, as a damaged one cannot; and what fails as long as Redis is away. */
  readonly damaged: Set<string>;
  isAway: boolean;
  isLeader: boolean;
  announceCancel(pbx: string, attemptId: AttemptId): void;
  /** Who hears of cancels. */
  readonly cancelListeners: number;
  /** The connection was lost and is there again: what was announced meanwhile is lost. */
  resubscribe(): void;
}

export function memoryStore(): MemoryStore {
  const calls = new Map<CallId, Versioned<Call>>();
  const attempts = new Map<AttemptId, Versioned<AttemptRecord>>();
  const cancelListeners = new Set<(pbx: string, attemptId: AttemptId) => void>();
  const subscribedListeners = new Set<() => void>();
  const conflict: Written = { ok: false, why: 'conflict' };

  const checked = <T>(key: string, value: T): T => {
    if (store.isAway) throw new Error('Redis is gone');
    if (store.damaged.has(key)) throw new Error(`the record ${key} is damaged`);
    return value;
  };
  const open = () => [...attempts.values()].map(({ value }) => value).filter(({ ended }) => ended === undefined);

  const port = portOf<Store>('store', {
    readCall: async (id) => checked(id, calls.get(id)),
    readAttempt: async (id) => checked(id, attempts.get(id)),
    readForAttempt: async (callId, attemptId) => {
      const [call, attempt] = [checked(callId, calls.get(callId)), checked(attemptId, attempts.get(attemptId))];
      return { ...(call && { call }), ...(attempt && { attempt }) };
    },
    readAttempts: async (ids) => ids.flatMap((id) => checked(id, attempts.get(id))?.value ?? []),
    readCdr: async (id) =>
      checked(
        id,
        store.cdrs.find((cdr) => cdr.id === id),
      ),
    settle: async ({ call, attempt, cdr, deliveries }) => {
      for (const run of store.beforeNextSettle.splice(0, 1)) run();
      const isNewest =
        calls.get(call.after.id)?.version === call.before.version &&
        attempts.get(attempt.after.id)?.version === attempt.before.version;
      if (!isNewest) return conflict;
      const version = call.before.version + 1;
      calls.set(call.after.id, { value: call.after, version });
      attempts.set(attempt.after.id, { value: attempt.after, version: attempt.before.version + 1 });
      store.cdrs.push(cdr);
      for (const delivery of deliveries) store.deliveries.set(delivery.id, delivery);
      return { ok: true, version };
    },
    recordProgress: async (id, phase, at, uniqueId) =>
      void checked(id, store.progress.push({ id, phase, at, ...(uniqueId !== undefined && { uniqueId }) })),
    openAttempts: async (pbx) =>
      checked(
        pbx,
        open()
          .filter((attempt) => attempt.pbx === pbx)
          .map(({ id }) => id),
      ),
    pbxsWithOpenAttempts: async () => [...new Set(open().map(({ pbx }) => pbx))],
    overdueCalls: async (before, limit) =>
      [...calls.values()]
        .flatMap(({ value: { id, state } }) =>
          'dueAt' in state && state.dueAt < before ? [{ id, at: state.dueAt }] : [],
        )
        .sort((a, b) => a.at - b.at)
        .slice(0, limit)
        .map(({ id }) => id),
    forgetEnded: async (now) => {
      store.forgotten.push(now);
      return 0;
    },
    readDelivery: async (id) => store.deliveries.get(id),
    writeDelivery: async (delivery) => void store.deliveries.set(delivery.id, delivery),
    undelivered: async (before, limit) =>
      [...store.deliveries.values()]
        .filter(({ status, nextTryAt, createdAt }) => status === 'pending' && (nextTryAt ?? createdAt) < before)
        .slice(0, limit),
    countUndelivered: async () => [...store.deliveries.values()].filter(({ status }) => status === 'pending').length,
    placesHeld: async (lanes) => Object.fromEntries(lanes.map((lane) => [lane, 0])),
    cancelRequested: async () =>
      [...calls.values()].flatMap(({ value: { state } }) =>
        state.status === 'dialing' && state.cancelRequestedAt !== undefined ? [state.attemptId] : [],
      ),
    onCancel: async (listener, onSubscribed = () => undefined) => {
      cancelListeners.add(listener);
      subscribedListeners.add(onSubscribed);
      onSubscribed();
      return async () => {
        cancelListeners.delete(listener);
        subscribedListeners.delete(onSubscribed);
      };
    },
    reportPbx: async (holder, report) => void store.reports.push({ holder, ...report }),
    lead: async () => store.isLeader,
  });

  const store: MemoryStore = {
    port,
    put: (call, ...fenced) => {
      calls.set(call.id, { value: call, version: 1 });
      for (const attempt of fenced) attempts.set(attempt.id, { value: attempt, version: 1 });
    },
    call: (id) => existing(calls.get(id)).value,
    attempt: (id) => existing(attempts.get(id)).value,
    change: (id, change) => {
      const { value, version } = existing(calls.get(id));
      calls.set(id, { value: change(value), version: version + 1 });
    },
    beforeNextSettle: [],
    cdrs: [],
    deliveries: new Map(),
    progress: [],
    reports: [],
    forgotten: [],
    damaged: new Set(),
    isAway: false,
    isLeader: true,
    get cancelListeners() {
      return cancelListeners.size + subscribedListeners.size;
    },
    announceCancel: (pbx, attemptId) => {
      for (const listener of cancelListeners) listener(pbx, attemptId);
    },
    resubscribe: () => {
      for (const listener of subscribedListeners) listener();
    },
  };
  return store;
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such record');
  return value;
}
