import type { AttemptId, AttemptRecord, Call, CallId } from '@redial/call';
import type { LaneRequest, PbxReport, Store, Versioned, Written, WrittenRecord } from '@redial/store';
import { portOf } from './port-of.ts';

/** What the dialer needs of the store, in memory: the same compare-and-set, the same all-or-nothing. */
export interface MemoryStore {
  readonly port: Store;
  put(call: Call): void;
  call(id: CallId): Call;
  attempt(id: AttemptId): AttemptRecord | undefined;
  /** As another process would: it reads and writes in one go. */
  change(id: CallId, change: (call: Call) => Call): void;
  /** As another dialer would. */
  fence(attempt: AttemptRecord, dialing: Call): void;
  settle(id: AttemptId, ended: NonNullable<AttemptRecord['ended']>): void;
  /** Attempts that hold places, by lane. */
  held(): Record<string, AttemptId[]>;
  occupy(lane: string, attemptId: AttemptId): void;
  /** Each is run once, before the next write looks at versions. */
  readonly beforeNextWrite: (() => void)[];
  /** Run before every write. */
  beforeEachWrite: () => void;
  /** How far ahead starts are granted. */
  startsAfterMs: number;
  /** Redis dies before or after it has written the next fence. */
  fenceFails: 'before' | 'after' | undefined;
  /** Redis answers a Ping; else it rejects. */
  ping: () => Promise<void>;
  /** Whether Redis confirms what was written, and has this of it; without, all of it. */
  confirm: (written?: WrittenRecord) => Promise<boolean>;
  /** Redis is back as it was before the attempt's fence. */
  forget(id: AttemptId): void;
  /** What happens while Redis grants places. */
  readonly onPlacesTaken: (() => void)[];
  /** Of this dialer, written or not. */
  readonly fencesAsked: [attempt: AttemptRecord, dialing: Call][];
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
  readonly reports: (PbxReport & { readonly holder: string })[];
  /** Redis cannot be reached for reports. */
  reportsFail: boolean;
  announceCancel(pbx: string, attemptId: AttemptId): void;
  /** Who hears of cancels. */
  readonly cancelListeners: number;
  /** The connection was lost and is there again: what was announced meanwhile is lost. */
  resubscribe(): void;
  readonly onFenced: (() => void)[];
}

export function memoryStore(): MemoryStore {
  const calls = new Map<CallId, Versioned<Call>>();
  const attempts = new Map<AttemptId, Versioned<AttemptRecord>>();
  const beforeFence = new Map<CallId, Versioned<Call>>();
  const lanes = new Map<string, Map<AttemptId, number>>();
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
  const laneOf = (name: string) => {
    const lane = lanes.get(name) ?? new Map<AttemptId, number>();
    lanes.set(name, lane);
    return lane;
  };
  const isFull = ({ lane, places, maxCalls }: LaneRequest) =>
    [...laneOf(lane).values()].reduce((sum, n) => sum + n, 0) + places > maxCalls;

  const port = portOf<Store>('store', {
    readForAttempt: async (callId, attemptId) => {
      const [call, attempt] = [calls.get(callId), attempts.get(attemptId)];
      return { ...(call && { call }), ...(attempt && { attempt }) };
    },
    updateCall: async (before, after) => {
      beforeWrite();
      return isNewest(before) ? write(before, after) : conflict;
    },
    takePlaces: async ({ attemptId, lanes: requests, now }) => {
      if (attempts.has(attemptId)) {
        return { granted: false, lane: requests[0]?.lane ?? '', reason: 'calls', retryAt: now };
      }
      const full = requests.find((request) => !laneOf(request.lane).has(attemptId) && isFull(request));
      if (full !== undefined) return { granted: false, lane: full.lane, reason: 'calls', retryAt: now + 1_000 };
      for (const { lane, places } of requests) laneOf(lane).set(attemptId, places);
      for (const run of store.onPlacesTaken.splice(0)) run();
      return { granted: true, startAt: now + store.startsAfterMs, slot: 7 };
    },
    releasePlaces: async (attemptId, names) => {
      const attempt = attempts.get(attemptId);
      if (attempt !== undefined && attempt.value.ended === undefined) return;
      for (const name of names) laneOf(name).delete(attemptId);
    },
    attemptsToday: async (_tenantId, _day, numbers) => numbers.map((number) => store.attemptsToday.get(number) ?? 0),
    fence: async (before, after, attempt, cap) => {
      beforeWrite();
      store.fencesAsked.push([attempt, after]);
      const { fenceFails } = store;
      store.fenceFails = undefined;
      if (fenceFails === 'before') throw new Error('Redis is gone');
      if (!isNewest(before) || attempts.has(attempt.id)) return conflict;
      const made = (number: string) => store.attemptsToday.get(number) ?? 0;
      const numbers = new Set(cap?.numbers);
      if ([...numbers].some((number) => made(number) >= (cap?.max ?? Number.POSITIVE_INFINITY))) {
        return { ok: false, why: 'cap' };
      }
      for (const number of numbers) store.attemptsToday.set(number, made(number) + 1);
      attempts.set(attempt.id, { value: attempt, version: 1 });
      beforeFence.set(after.id, before);
      const written = write(before, after);
      for (const tell of store.onFenced) tell();
      if (fenceFails === 'after') throw new Error('Redis is gone');
      return written;
    },
    ping: () => store.ping(),
    confirmDurable: (_timeoutMs, written) => store.confirm(written),
    readAttempt: async (id) => attempts.get(id),
    recordProgress: async (id, phase, at, uniqueId) => {
      if (store.progressFails) throw new Error('Redis is gone');
      store.progress.push({ id, phase, at, ...(uniqueId !== undefined && { uniqueId }) });
    },
    reportPbx: async (holder, report) => {
      if (store.reportsFail) throw new Error('Redis is gone');
      store.reports.push({ holder, ...report });
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
    fence: (attempt, dialing) => {
      write(existing(calls.get(dialing.id)), dialing);
      attempts.set(attempt.id, { value: attempt, version: 1 });
      for (const lane of attempt.lanes) laneOf(lane).set(attempt.id, 1);
    },
    settle: (id, ended) => {
      const { value, version } = existing(attempts.get(id));
      attempts.set(id, { value: { ...value, ended }, version: version + 1 });
    },
    held: () =>
      Object.fromEntries([...lanes].flatMap(([name, lane]) => (lane.size > 0 ? [[name, [...lane.keys()]]] : []))),
    occupy: (lane, attemptId) => void laneOf(lane).set(attemptId, 1),
    beforeNextWrite: [],
    beforeEachWrite: () => undefined,
    startsAfterMs: 0,
    fenceFails: undefined,
    ping: async () => undefined,
    confirm: async () => true,
    forget: (id) => {
      const { callId } = existing(attempts.get(id)).value;
      attempts.delete(id);
      calls.set(callId, existing(beforeFence.get(callId)));
    },
    onPlacesTaken: [],
    fencesAsked: [],
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
    onFenced: [],
  };
  return store;
}

function existing<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('there is no such record');
  return value;
}
