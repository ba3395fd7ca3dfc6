import type { AttemptId, AttemptRecord, Call, CallId } from '@redial/call';
import type { LimitRequest, LinkStatus, Store, Versioned, Written, WrittenRecord } from '@redial/store';
import { portOf } from '@redial/testing';

/** What the dialer needs of the store, in memory, with the same compare-and-set and the same all-or-nothing writes. */
export interface MemoryStore {
  readonly port: Store;
  put(call: Call): void;
  call(id: CallId): Call;
  attempt(id: AttemptId): AttemptRecord | undefined;
  /** Changes the call as another process would. */
  change(id: CallId, change: (call: Call) => Call): void;
  /** Claims as another dialer would. */
  claim(attempt: AttemptRecord, dialing: Call): void;
  settle(id: AttemptId, ended: NonNullable<AttemptRecord['ended']>): void;
  /** Attempts that hold permits, by limit. */
  held(): Record<string, AttemptId[]>;
  occupy(limit: string, attemptId: AttemptId): void;
  /** Each runs once, before the next write compares versions. */
  readonly beforeNextWrite: (() => void)[];
  /** Runs before every write. */
  beforeEachWrite: () => void;
  /** How far ahead starts are granted. */
  startsAfterMs: number;
  /** Redis dies before or after it has written the next claim. */
  claimFails: 'before' | 'after' | undefined;
  /** Rejects while Redis is away. */
  ping: () => Promise<void>;
  /** Whether Redis confirms everything that was written and still has `written`. */
  confirm: (written?: WrittenRecord) => Promise<boolean>;
  /** Redis is back as it was before the attempt's claim. */
  forget(id: AttemptId): void;
  /** Runs while Redis grants permits. */
  readonly onPermitsGranted: (() => void)[];
  /** The claims that this dialer has sent, written or not. */
  readonly claimsSent: [attempt: AttemptRecord, dialing: Call][];
  /** Attempts that were made towards a number today. */
  readonly attemptsToday: Map<string, number>;
  readonly progress: {
    readonly id: AttemptId;
    readonly phase: string;
    readonly at: number;
    readonly uniqueId?: string;
  }[];
  /** Redis cannot be reached for progress. */
  progressFails: boolean;
  readonly reports: (LinkStatus & { readonly instanceId: string })[];
  /** Redis cannot be reached for reports. */
  reportsFail: boolean;
  announceCancel(pbx: string, attemptId: AttemptId): void;
  /** How many listen for cancels. */
  readonly cancelListeners: number;
  /** The connection was lost and is back. What was announced meanwhile is lost. */
  resubscribe(): void;
  readonly onClaimed: (() => void)[];
}

export function memoryStore(): MemoryStore {
  const calls = new Map<CallId, Versioned<Call>>();
  const attempts = new Map<AttemptId, Versioned<AttemptRecord>>();
  const beforeClaim = new Map<CallId, Versioned<Call>>();
  const limits = new Map<string, Map<AttemptId, number>>();
  const cancelListeners = new Set<(pbx: string, attemptId: AttemptId) => void>();
  const subscribedListeners = new Set<() => void>();
  const conflict: Written = { ok: false, why: 'conflict' };

  const beforeWrite = () => {
    store.beforeEachWrite();
    for (const run of store.beforeNextWrite.splice(0, 1)) run();
  };
  const write = (before: Versioned<Call>, after: Call): Written => {
    const version = before.version + 1;
    calls.set(after.id, { value: after, version });
    return { ok: true, version };
  };
  const isNewest = ({ value, version }: Versioned<Call>) => calls.get(value.id)?.version === version;
  const limitOf = (name: string) => {
    const limit = limits.get(name) ?? new Map<AttemptId, number>();
    limits.set(name, limit);
    return limit;
  };
  const isFull = ({ limit, permits, maxCalls }: LimitRequest) =>
    [...limitOf(limit).values()].reduce((sum, n) => sum + n, 0) + permits > maxCalls;

  const port = portOf<Store>('store', {
    readForAttempt: async (callId, attemptId) => {
      const [call, attempt] = [calls.get(callId), attempts.get(attemptId)];
      return { ...(call && { call }), ...(attempt && { attempt }) };
    },
    updateCall: async (before, after) => {
      beforeWrite();
      return isNewest(before) ? write(before, after) : conflict;
    },
    acquirePermits: async ({ attemptId, limits: requests, now }) => {
      if (attempts.has(attemptId)) {
        return { granted: false, limit: requests[0]?.limit ?? '', reason: 'calls', retryAt: now };
      }
      const full = requests.find((request) => !limitOf(request.limit).has(attemptId) && isFull(request));
      if (full !== undefined) return { granted: false, limit: full.limit, reason: 'calls', retryAt: now + 1_000 };
      for (const { limit, permits } of requests) limitOf(limit).set(attemptId, permits);
      for (const run of store.onPermitsGranted.splice(0)) run();
      return { granted: true, startAt: now + store.startsAfterMs, slot: 7 };
    },
    releasePermits: async (attemptId, names) => {
      const attempt = attempts.get(attemptId);
      if (attempt !== undefined && attempt.value.ended === undefined) return;
      for (const name of names) limitOf(name).delete(attemptId);
    },
    attemptsToday: async (_tenantId, _day, numbers) => numbers.map((number) => store.attemptsToday.get(number) ?? 0),
    claim: async (before, after, attempt, cap) => {
      beforeWrite();
      store.claimsSent.push([attempt, after]);
      const { claimFails } = store;
      store.claimFails = undefined;
      if (claimFails === 'before') throw new Error('Redis is gone');
      if (!isNewest(before) || attempts.has(attempt.id)) return conflict;
      const made = (number: string) => store.attemptsToday.get(number) ?? 0;
      const numbers = new Set(cap?.numbers);
      if ([...numbers].some((number) => made(number) >= (cap?.max ?? Number.POSITIVE_INFINITY))) {
        return { ok: false, why: 'cap' };
      }
      for (const number of numbers) store.attemptsToday.set(number, made(number) + 1);
      attempts.set(attempt.id, { value: attempt, version: 1 });
      beforeClaim.set(after.id, before);
      const written = write(before, after);
      for (const tell of store.onClaimed) tell();
      if (claimFails === 'after') throw new Error('Redis is gone');
      return written;
    },
    ping: () => store.ping(),
    confirmDurable: (_timeoutMs, written) => store.confirm(written),
    readAttempt: async (id) => attempts.get(id),
    recordProgress: async (id, phase, at, uniqueId) => {
      if (store.progressFails) throw new Error('Redis is gone');
      store.progress.push({ id, phase, at, ...(uniqueId !== undefined && { uniqueId }) });
    },
    reportLinkStatus: async (instanceId, report) => {
      if (store.reportsFail) throw new Error('Redis is gone');
      store.reports.push({ instanceId, ...report });
    },
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
  });

  const store: MemoryStore = {
    port,
    put: (call) => void calls.set(call.id, { value: call, version: 1 }),
    call: (id) => existing(calls.get(id)).value,
    attempt: (id) => attempts.get(id)?.value,
    change: (id, change) => {
      const before = existing(calls.get(id));
      write(before, change(before.value));
    },
    claim: (attempt, dialing) => {
      write(existing(calls.get(dialing.id)), dialing);
      attempts.set(attempt.id, { value: attempt, version: 1 });
      for (const limit of attempt.limits) limitOf(limit).set(attempt.id, 1);
    },
    settle: (id, ended) => {
      const { value, version } = existing(attempts.get(id));
      attempts.set(id, { value: { ...value, ended }, version: version + 1 });
    },
    held: () =>
      Object.fromEntries([...limits].flatMap(([name, limit]) => (limit.size > 0 ? [[name, [...limit.keys()]]] : []))),
    occupy: (limit, attemptId) => void limitOf(limit).set(attemptId, 1),
    beforeNextWrite: [],
    beforeEachWrite: () => undefined,
    startsAfterMs: 0,
    claimFails: undefined,
    ping: async () => undefined,
    confirm: async () => true,
    forget: (id) => {
      const { callId } = existing(attempts.get(id)).value;
      attempts.delete(id);
      calls.set(callId, existing(beforeClaim.get(callId)));
    },
    onPermitsGranted: [],
    claimsSent: [],
    attemptsToday: new Map(),
    progress: [],
    progressFails: false,
    reports: [],
    reportsFail: false,
    get cancelListeners() {
      return cancelListeners.size + subscribedListeners.size;
    },
    announceCancel: (pbx, attemptId) => {
      for (const listener of cancelListeners) listener(pbx, attemptId);
    },
    resubscribe: () => {
      for (const listener of subscribedListeners) listener();
    },
    onClaimed: [],
  };
  return store;
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such record');
  return value;
}
