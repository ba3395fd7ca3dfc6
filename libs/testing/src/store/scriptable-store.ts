import type { AttemptId, AttemptRecord, Call, CallId, Cdr, Delivery } from '@redial/call';
import { type LinkStatus, MalformedRecord, type Store, type WrittenRecord } from '@redial/store';
import { portOf } from '../port-of.ts';
import { createInMemoryStore } from './in-memory-store.ts';

/**
 * The in-memory store for unit specs. It records its requests, and a test can make it fail or change data in between.
 */
interface ScriptableStore {
  readonly port: Store;

  /** A call, and its attempts that were claimed. */
  put(call: Call, ...attempts: readonly AttemptRecord[]): void;
  call(id: CallId): Call;
  attempt(id: AttemptId): AttemptRecord | undefined;
  /** As another process would do it: reads and writes in one step. */
  change(id: CallId, change: (call: Call) => Call): void;
  /** As another dialer would do it. */
  claim(attempt: AttemptRecord, dialing: Call): void;
  /** As the results process would do it. */
  settle(id: AttemptId, ended: NonNullable<AttemptRecord['ended']>): void;
  /** Redis returns to its state before the attempt's claim. */
  forget(id: AttemptId): void;

  /** Attempts that hold permits, by limit. */
  held(): Record<string, AttemptId[]>;
  occupy(limit: string, attemptId: AttemptId): void;
  /** These calls wait at the limit, in this order. */
  wait(limit: string, ...callIds: readonly CallId[]): void;
  waitingCalls(limit: string): CallId[];
  /** How far ahead starts are granted. */
  startsAfterMs: number;
  /** Attempts towards a number today. */
  readonly attemptsToday: Map<string, number>;

  readonly cdrs: Cdr[];
  readonly deliveries: Map<string, Delivery>;
  /** Ended calls whose retention is over. */
  endedLongAgo: number;

  /** Each is run once, before the next claim or change of a call looks at versions. */
  readonly beforeNextWrite: (() => void)[];
  /** Run before each of these writes. */
  beforeEachWrite: () => void;
  /** Each is run once, before the next settling looks at versions. */
  readonly beforeNextSettle: (() => void)[];
  /** Runs once, before the next write of a delivery reads the stored one. */
  beforeNextDelivery: (() => void) | undefined;
  /** The time that reading an attempt takes. */
  beforeAttemptIsRead: Promise<void>;
  /** Runs while Redis grants permits. */
  readonly onPermitsGranted: (() => void)[];
  readonly onClaimed: (() => void)[];

  /** Redis dies before or after the write of the next claim. */
  claimFails: 'before' | 'after' | undefined;
  /** Every method fails, as if Redis were down. Subscriptions wait. */
  isAway: boolean;
  /** No method answers. */
  hangs: boolean;
  /** Redis cannot be reached for progress, or for reports of link status. */
  progressFails: boolean;
  reportsFail: boolean;
  /** Ids of records that are damaged. */
  readonly damaged: Set<string>;
  ping: () => Promise<void>;
  /** Whether Redis confirms a write. */
  confirm: (written?: WrittenRecord) => Promise<boolean>;
  isLeader: boolean;

  /** What was requested, in order. */
  readonly reads: CallId[];
  readsInFlight(callId: CallId): number;
  readonly readsInFlightMax: number;
  readonly claimsSent: [attempt: AttemptRecord, dialing: Call][];
  readonly progress: {
    readonly id: AttemptId;
    readonly phase: string;
    readonly at: number;
    readonly uniqueId?: string;
  }[];
  readonly released: { readonly id: AttemptId; readonly leg: 'dial1' | 'dial2' }[];
  /** Numbers for which a settled attempt no longer counts. */
  readonly uncounted: string[];
  readonly reports: (LinkStatus & { readonly instanceId: string })[];
  /** Link statuses that are stored now, by `<pbx> <process> <instance>`. */
  readonly links: ReadonlyMap<string, LinkStatus>;
  readonly forgotten: number[];
  readonly releasedLeases: string[];

  announceCancel(pbx: string, attemptId: AttemptId): void;
  announceChange(callId: CallId): void;
  /** How many listeners there are, for cancels and for their connection. */
  readonly cancelListeners: number;
  readonly changeListeners: number;
  /** A subscription resolves or rejects when this does. */
  subscribing: PromiseWithResolvers<void> | undefined;
  /** The connection was lost and is back. Announcements in between are lost. */
  resubscribe(): void;
}

export function scriptableStore(): ScriptableStore {
  const records = createInMemoryStore({ clock: { now: () => 0 }, retentionMs: 0 });
  const { methods } = records;
  const onSubscribed = new Set<() => void>();
  const readsInFlight = new Map<CallId, number>();
  let readsInFlightMax = 0;
  const madeToday = (number: string) => store.attemptsToday.get(number) ?? 0;
  const gone = () => new Error('Redis is gone');

  const readable = <T>(key: string, value: T): T => {
    if (store.damaged.has(key)) throw new MalformedRecord(key);
    return value;
  };
  const beforeWrite = () => {
    store.beforeEachWrite();
    for (const run of store.beforeNextWrite.splice(0, 1)) run();
  };
  const subscribe = async (listen: () => () => void, onBack: () => void): Promise<() => void> => {
    await store.subscribing?.promise;
    const stop = listen();
    const own = () => onBack();
    onSubscribed.add(own);
    own();
    return () => {
      stop();
      onSubscribed.delete(own);
    };
  };

  async function recordRead(id: CallId): Promise<void> {
    store.reads.push(id);
    const now = store.readsInFlight(id) + 1;
    readsInFlight.set(id, now);
    readsInFlightMax = Math.max(readsInFlightMax, now);
    await Promise.resolve();
    readsInFlight.set(id, now - 1);
  }

  const scripted: Partial<Store> = {
    ...(Object.fromEntries(
      Object.entries(methods).map(([name, apply]) => [
        name,
        async (...args: unknown[]) => (apply as (...args: unknown[]) => unknown)(...args),
      ]),
    ) as unknown as Partial<Store>),
    ping: () => store.ping(),
    confirmDurable: (_timeoutMs, written) => store.confirm(written),
    readCall: async (id) => readable(id, methods.readCall(id)),
    readAttempt: async (id) => {
      const attempt = readable(id, methods.readAttempt(id));
      await store.beforeAttemptIsRead;
      return attempt;
    },
    readForAttempt: async (callId, attemptId) =>
      readable(callId, readable(attemptId, methods.readForAttempt(callId, attemptId))),
    readAttempts: async (ids) => ids.flatMap((id) => readable(id, methods.readAttempts([id]))),
    readCdr: async (id) =>
      readable(
        id,
        store.cdrs.find((cdr) => cdr.id === id),
      ),
    openAttempts: async (pbx) => readable(pbx, methods.openAttempts(pbx)),
    updateCall: async (before, after) => {
      beforeWrite();
      return methods.updateCall(before, after);
    },
    acquirePermits: async (request) => {
      const permits = methods.acquirePermits(request);
      if (!permits.granted) return permits;
      for (const run of store.onPermitsGranted.splice(0)) run();
      return store.startsAfterMs > 0 ? { ...permits, startAt: request.now + store.startsAfterMs } : permits;
    },
    releaseLeg: async (attempt, leg) => {
      readable(attempt.id, store.released.push({ id: attempt.id, leg }));
      methods.releaseLeg(attempt, leg);
    },
    claim: async (before, after, attempt, cap) => {
      beforeWrite();
      store.claimsSent.push([attempt, after]);
      const { claimFails } = store;
      store.claimFails = undefined;
      if (claimFails === 'before') throw gone();
      const isFull = cap?.numbers.some((number) => madeToday(number) >= (cap.max ?? Number.POSITIVE_INFINITY));
      if (isFull) return { ok: false, why: 'cap' };
      const claimed = methods.claim(before, after, attempt);
      if (!claimed.ok) return claimed;
      for (const number of new Set(cap?.numbers)) store.attemptsToday.set(number, madeToday(number) + 1);
      for (const run of store.onClaimed) run();
      if (claimFails === 'after') throw gone();
      return claimed;
    },
    attemptsToday: async (_tenantId, _day, numbers) => numbers.map(madeToday),
    recordProgress: async (id, phase, at, uniqueId) => {
      if (store.progressFails) throw gone();
      readable(id, store.progress.push({ id, phase, at, ...(uniqueId !== undefined && { uniqueId }) }));
      methods.recordProgress(id, phase, at, uniqueId);
    },
    settle: async (settlement) => {
      for (const run of store.beforeNextSettle.splice(0, 1)) run();
      const settled = methods.settle(settlement);
      if (!settled.ok) return settled;
      store.cdrs.push(settlement.cdr);
      for (const number of settlement.uncounted ?? []) {
        store.uncounted.push(number);
        store.attemptsToday.set(number, madeToday(number) - 1);
      }
      return settled;
    },
    readDelivery: async (id) => readable(id, methods.readDelivery(id)),
    writeDelivery: async (delivery, before) => {
      const { beforeNextDelivery } = store;
      store.beforeNextDelivery = undefined;
      beforeNextDelivery?.();
      return methods.writeDelivery(delivery, before);
    },
    forgetEnded: async (now, limit) => {
      store.forgotten.push(now);
      const found = Math.min(store.endedLongAgo, limit);
      store.endedLongAgo -= found;
      return found;
    },
    onCancel: (listener, onBack = () => undefined) => subscribe(() => methods.onCancel(listener), onBack),
    onCallChanged: (listener, onBack = () => undefined) => subscribe(() => methods.onCallChanged(listener), onBack),
    reportLinkStatus: async (instanceId, report) => {
      if (store.reportsFail) throw gone();
      store.reports.push({ instanceId, ...report });
      methods.reportLinkStatus(instanceId, report);
    },
    linkStatuses: async (now) => readable('link-statuses', methods.linkStatuses(now)),
    acquireLease: async (...args) => store.isLeader && methods.acquireLease(...args),
    releaseLease: async (name, instanceId) => {
      store.releasedLeases.push(`${instanceId} as ${name}`);
      methods.releaseLease(name, instanceId);
    },
  };
  const reachable = Object.fromEntries(
    Object.entries(scripted).map(([name, method]) => [
      name,
      async (...args: unknown[]) => {
        if (name === 'readCall') await recordRead(args[0] as CallId);
        if (store.isAway && !name.startsWith('on')) throw gone();
        if (store.hangs) return new Promise(() => undefined);
        return (method as (...args: unknown[]) => unknown)(...args);
      },
    ]),
  ) as unknown as Partial<Store>;

  const existing = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('there is no such record');
    return value;
  };

  const store: ScriptableStore = {
    port: portOf<Store>('store', reachable),
    put: (call, ...attempts) => {
      records.write(call, { hints: false });
      for (const attempt of attempts) records.writeAttempt(attempt);
    },
    call: (id) => existing(records.calls.get(id)).value,
    attempt: (id) => records.attempts.get(id)?.value,
    change: (id, change) => void records.write(change(existing(records.calls.get(id)).value)),
    claim: (attempt, dialing) => {
      records.write(dialing);
      records.writeAttempt(attempt);
      for (const limit of attempt.limits) records.permits.occupy(limit, attempt.id);
    },
    settle: (id, ended) => records.writeAttempt({ ...existing(records.attempts.get(id)).value, ended }),
    forget: (id) => void existing(records.forgetClaim(existing(records.attempts.get(id)).value)),
    held: () => records.permits.holders(0),
    occupy: (limit, attemptId) => records.permits.occupy(limit, attemptId),
    wait: (limit, ...callIds) => {
      for (const [order, callId] of callIds.entries()) records.permits.wait(limit, callId, order);
    },
    waitingCalls: (limit) => records.permits.waitingCalls(limit),
    startsAfterMs: 0,
    attemptsToday: new Map(),
    cdrs: [],
    deliveries: records.deliveries,
    endedLongAgo: 0,
    beforeNextWrite: [],
    beforeEachWrite: () => undefined,
    beforeNextSettle: [],
    beforeNextDelivery: undefined,
    beforeAttemptIsRead: Promise.resolve(),
    onPermitsGranted: [],
    onClaimed: [],
    claimFails: undefined,
    isAway: false,
    hangs: false,
    progressFails: false,
    reportsFail: false,
    damaged: new Set(),
    ping: async () => undefined,
    confirm: async () => true,
    isLeader: true,
    reads: [],
    readsInFlight: (callId) => readsInFlight.get(callId) ?? 0,
    get readsInFlightMax() {
      return readsInFlightMax;
    },
    claimsSent: [],
    progress: [],
    released: [],
    uncounted: [],
    reports: [],
    links: records.links,
    forgotten: [],
    releasedLeases: [],
    announceCancel: (pbx, attemptId) => methods.announceCancel(pbx, attemptId),
    announceChange: (callId) => {
      for (const listener of records.hintListeners) listener(callId);
    },
    get cancelListeners() {
      return records.cancelListeners.size;
    },
    get changeListeners() {
      return records.hintListeners.size;
    },
    subscribing: undefined,
    resubscribe: () => {
      for (const run of onSubscribed) run();
    },
  };
  return store;
}
