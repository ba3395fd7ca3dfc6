import type { AttemptId, AttemptRecord, Call, CallId, Cdr, Delivery } from '@redial/call';
import {
  type LinkStatus,
  MalformedRecord,
  type PageCursor,
  type Store,
  type Versioned,
  type Written,
  type WrittenRecord,
} from '@redial/store';
import { portOf } from '@redial/testing';

/** What the results process needs of the store, in memory: the same compare-and-set, the same all-or-nothing. */
export interface MemoryStore {
  readonly port: Store;
  /** A call, and its attempts that were claimed. */
  put(call: Call, ...attempts: readonly AttemptRecord[]): void;
  call(id: CallId): Call;
  attempt(id: AttemptId): AttemptRecord;
  /** As another process would: it reads and writes in one go. */
  change(id: CallId, change: (call: Call) => Call): void;
  /** Whether Redis confirms what was written, and has this of it. */
  confirm: (written?: WrittenRecord) => Promise<boolean>;
  /** Each is run once, before the next settling looks at versions. */
  readonly beforeNextSettle: (() => void)[];
  /** Reading an attempt takes as long as this. */
  beforeAttemptIsRead: Promise<void>;
  /** Every CDR that was ever written. */
  readonly cdrs: Cdr[];
  /** Numbers towards which a settled attempt counts no more. */
  readonly uncounted: string[];
  /** Whose permits were given back while the attempt goes on. */
  readonly released: { readonly id: AttemptId; readonly leg: 'dial1' | 'dial2' }[];
  /** Calls that wait, by limit, the first one first. */
  readonly waiting: Map<string, CallId[]>;
  readonly deliveries: Map<string, Delivery>;
  /** Runs once, before the next write of a delivery looks at what is there. */
  beforeNextDelivery: (() => void) | undefined;
  readonly progress: {
    readonly id: AttemptId;
    readonly phase: string;
    readonly at: number;
    readonly uniqueId?: string;
  }[];
  readonly reports: (LinkStatus & { readonly instanceId: string })[];
  /** Instants for which ended calls were forgotten, page by page. */
  readonly forgotten: number[];
  /** Ended calls whose retention is over. */
  endedLongAgo: number;
  /** Records that cannot be read, as a damaged one cannot; and what fails as long as Redis is away. */
  readonly damaged: Set<string>;
  isAway: boolean;
  isLeader: boolean;
  /** Who gave what back. */
  readonly releasedLeases: string[];
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

  const overdue = (before: number) =>
    [...calls.values()].flatMap(({ value: { id, state } }) =>
      'dueAt' in state && state.dueAt < before ? [{ item: id, at: state.dueAt }] : [],
    );

  const port = portOf<Store>('store', {
    ping: async () => {
      if (store.isAway) throw new Error('Redis is gone');
    },
    readCall: async (id) => checked(id, calls.get(id)),
    readAttempt: async (id) => {
      const attempt = checked(id, attempts.get(id));
      await store.beforeAttemptIsRead;
      return attempt;
    },
    readForAttempt: async (callId, attemptId) => {
      const [call, attempt] = [checked(callId, calls.get(callId)), checked(attemptId, attempts.get(attemptId))];
      return { ...(call && { call }), ...(attempt && { attempt }) };
    },
    readAttempts: async (ids) => ids.flatMap((id) => checked(id, attempts.get(id))?.value ?? []),
    readCdr: async (id) => {
      if (store.damaged.has(id)) throw new MalformedRecord(id);
      return checked(
        id,
        store.cdrs.find((cdr) => cdr.id === id),
      );
    },
    nextWaiting: async (limit) => store.waiting.get(limit)?.shift(),
    releaseLeg: async ({ id }, leg) => void checked(id, store.released.push({ id, leg })),
    extendPermits: async () => undefined,
    settle: async ({ call, attempt, cdr, deliveries, uncounted = [] }) => {
      for (const run of store.beforeNextSettle.splice(0, 1)) run();
      const isNewest =
        calls.get(call.after.id)?.version === call.before.version &&
        attempts.get(attempt.after.id)?.version === attempt.before.version;
      if (!isNewest) return conflict;
      const version = call.before.version + 1;
      calls.set(call.after.id, { value: call.after, version });
      attempts.set(attempt.after.id, { value: attempt.after, version: attempt.before.version + 1 });
      store.cdrs.push(cdr);
      store.uncounted.push(...uncounted);
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
    overduePage: async (before, limit, cursor) => {
      const { entries, next } = pageOf(overdue(before), limit, cursor);
      return { calls: entries.map(({ item, at }) => ({ id: item, dueAt: at })), ...next };
    },
    countOverdue: async (before) => overdue(before).length,
    forgetEnded: async (now, limit) => {
      store.forgotten.push(now);
      const found = Math.min(store.endedLongAgo, limit);
      store.endedLongAgo -= found;
      return found;
    },
    readDelivery: async (id) => {
      if (store.damaged.has(id)) throw new MalformedRecord(id);
      return store.deliveries.get(id);
    },
    writeDelivery: async (delivery, before) => {
      const { beforeNextDelivery } = store;
      store.beforeNextDelivery = undefined;
      beforeNextDelivery?.();
      if (JSON.stringify(store.deliveries.get(delivery.id)) !== JSON.stringify(before)) return false;
      store.deliveries.set(delivery.id, delivery);
      return true;
    },
    undeliveredPage: async (before, limit, cursor) => {
      const pending = [...store.deliveries.values()].filter(({ status }) => status === 'pending');
      const due = pending
        .map((item) => ({ item, at: item.nextTryAt ?? item.createdAt }))
        .filter(({ at }) => at < before);
      const { entries, next } = pageOf(due, limit, cursor);
      return { deliveries: entries.map(({ item }) => item), ...next };
    },
    countUndelivered: async () => [...store.deliveries.values()].filter(({ status }) => status === 'pending').length,
    permitsHeld: async (limits) => Object.fromEntries(limits.map((limit) => [limit, 0])),
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
    reportLinkStatus: async (instanceId, report) => {
      if (store.isAway) throw new Error('Redis is gone');
      store.reports.push({ instanceId, ...report });
    },
    linkStatuses: async (now) => {
      const living = checked('link-statuses', store.reports).filter(({ at }) => at >= now - 15_000);
      store.reports.splice(0, store.reports.length, ...living);
      return living;
    },
    acquireLease: async () => store.isLeader,
    confirmDurable: (_timeoutMs, written) => store.confirm(written),
    releaseLease: async (name, instanceId) => {
      if (store.isAway) throw new Error('Redis is gone');
      store.releasedLeases.push(`${instanceId} as ${name}`);
    },
  });

  const store: MemoryStore = {
    port,
    put: (call, ...claimed) => {
      calls.set(call.id, { value: call, version: 1 });
      for (const attempt of claimed) attempts.set(attempt.id, { value: attempt, version: 1 });
    },
    call: (id) => existing(calls.get(id)).value,
    attempt: (id) => existing(attempts.get(id)).value,
    change: (id, change) => {
      const { value, version } = existing(calls.get(id));
      calls.set(id, { value: change(value), version: version + 1 });
    },
    confirm: async () => true,
    beforeNextSettle: [],
    beforeAttemptIsRead: Promise.resolve(),
    cdrs: [],
    uncounted: [],
    released: [],
    waiting: new Map(),
    deliveries: new Map(),
    beforeNextDelivery: undefined,
    progress: [],
    reports: [],
    forgotten: [],
    endedLongAgo: 0,
    damaged: new Set(),
    isAway: false,
    isLeader: true,
    releasedLeases: [],
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

/** As the store pages its indexes: by instant, and behind so many of the cursor's own. */
function pageOf<T>(all: readonly { readonly item: T; readonly at: number }[], limit: number, cursor?: PageCursor) {
  const left = all.filter(({ at }) => at >= (cursor?.at ?? Number.NEGATIVE_INFINITY)).sort((a, b) => a.at - b.at);
  const entries = left.slice(cursor?.seen ?? 0).slice(0, limit);
  const at = entries.at(-1)?.at;
  if (at === undefined || entries.length < limit) return { entries, next: {} };
  const seenHere = entries.filter((entry) => entry.at === at).length;
  return { entries, next: { cursor: { at, seen: at === cursor?.at ? cursor.seen + seenHere : seenHere } } };
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such record');
  return value;
}
