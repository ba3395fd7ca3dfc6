import {
  type AttemptId,
  type AttemptRecord,
  type Call,
  type CallId,
  type Cdr,
  type Delivery,
  isEnded,
  isPlanned,
} from '@redial/call';
import type { Claimed, LinkStatus, PageCursor, Store, Versioned, Written } from '@redial/store';
import { createInMemoryPermits } from './in-memory-permits.ts';

/** The methods of a port without their promises: each takes effect at one instant, as in Redis. */
type Immediate<T> = {
  [K in keyof T]: T[K] extends (...args: infer A) => Promise<infer R> ? (...args: A) => R : never;
};

/**
 * The parts of libs/store's store that this one lacks: idempotency keys, references, lists for the API, checks of the
 * server.
 */
type NotInMemory =
  | 'beginIdempotency'
  | 'abandonIdempotency'
  | 'openHolders'
  | 'listCalls'
  | 'checkPermits'
  | 'checkWritable'
  | 'durability';

interface InMemoryStoreOptions {
  readonly clock: { now(): number };
  /** How long ended calls are kept. Absent: they do not expire. */
  readonly retentionMs?: number;
  readonly onCallWritten?: (before: Call | undefined, after: Call) => void;
  readonly onSettled?: (attempt: AttemptRecord, cdr: Cdr) => void;
}

/** Processes report every few seconds. The report of a silent process ends after this time. */
const linkStatusValidMs = 15_000;
const conflict = { ok: false, why: 'conflict' } as const;

export type InMemoryStore = ReturnType<typeof createInMemoryStore>;

/**
 * libs/store's one store in memory: the same compare-and-set, the same all-or-nothing. It passes the contract of the
 * store on Redis (test/integration/store/store-contract.ts). The simulation puts a network and faults in front of it,
 * unit specs a recorder.
 */
export function createInMemoryStore({ clock, retentionMs, onCallWritten, onSettled }: InMemoryStoreOptions) {
  const calls = new Map<CallId, Versioned<Call>>();
  const attempts = new Map<AttemptId, Versioned<AttemptRecord>>();
  const openCalls = new Set<CallId>();
  const openAttempts = new Set<AttemptId>();
  const cdrs = new Map<AttemptId, Cdr>();
  const deliveries = new Map<string, Delivery>();
  const attemptsOfDay = new Map<string, number>();
  const ended = new Map<CallId, number>();
  const permits = createInMemoryPermits();
  const leases = new Map<string, { readonly instanceId: string; readonly till: number }>();
  const links = new Map<string, LinkStatus>();
  const cancelListeners = new Set<(pbx: string, attemptId: AttemptId) => void>();
  const hintListeners = new Set<(callId: CallId) => void>();
  /** How to undo an attempt's claim, for a Redis that loses a write it has acknowledged. */
  const claims = new Map<AttemptId, { readonly version: number; undo(): Call }>();

  const isNewest = ({ value, version }: Versioned<Call>) => calls.get(value.id)?.version === version;

  function write(after: Call, { hints = true } = {}): number {
    const before = calls.get(after.id);
    const version = (before?.version ?? 0) + 1;
    calls.set(after.id, { value: after, version });
    if (isEnded(after.state)) {
      openCalls.delete(after.id);
      if (retentionMs !== undefined && 'endedAt' in after.state) ended.set(after.id, after.state.endedAt);
    } else openCalls.add(after.id);
    onCallWritten?.(before?.value, after);
    if (hints && after.request.outcomeAwaited) hint(after.id);
    return version;
  }

  function hint(callId: CallId): void {
    for (const listener of hintListeners) listener(callId);
  }

  /** The write of a claim or a settlement, without their conditions. */
  function writeAttempt(attempt: AttemptRecord): void {
    attempts.set(attempt.id, { value: attempt, version: (attempts.get(attempt.id)?.version ?? 0) + 1 });
    if (attempt.ended === undefined) openAttempts.add(attempt.id);
    else openAttempts.delete(attempt.id);
  }

  function removeAttempt(id: AttemptId): void {
    attempts.delete(id);
    openAttempts.delete(id);
  }

  const isOpen = (id: AttemptId, claimedBy: string | undefined): boolean => {
    const attempt = attempts.get(id)?.value;
    return attempt !== undefined && attempt.ended === undefined && attempt.claimedBy === claimedBy;
  };

  function claim(...[before, after, attempt, cap]: Parameters<Store['claim']>): Claimed {
    if (!isNewest(before) || attempts.has(attempt.id)) return conflict;
    const counters = [...new Set(cap?.numbers)].map((number) => `${cap?.tenantId} ${cap?.day} ${number}`);
    const made = (counter: string) => attemptsOfDay.get(counter) ?? 0;
    if (counters.some((counter) => made(counter) >= (cap?.max ?? Number.POSITIVE_INFINITY)))
      return { ok: false, why: 'cap' };
    for (const counter of counters) attemptsOfDay.set(counter, made(counter) + 1);
    writeAttempt(attempt);
    const version = write(after);
    permits.keep(attempt);
    claims.set(attempt.id, {
      version,
      undo: () => {
        removeAttempt(attempt.id);
        permits.release(attempt.id, attempt.limits);
        permits.freeSlotOf(attempt);
        calls.set(after.id, before);
        for (const counter of counters) attemptsOfDay.set(counter, made(counter) - 1);
        return before.value;
      },
    });
    return { ok: true, version };
  }

  function settle({ call, attempt, cdr, deliveries: added, uncounted = [] }: Parameters<Store['settle']>[0]): Written {
    if (!isNewest(call.before) || attempts.get(attempt.after.id)?.version !== attempt.before.version) return conflict;
    const { id, limits } = attempt.after;
    writeAttempt(attempt.after);
    claims.delete(id);
    permits.free(id, limits);
    permits.forgetGrant(id);
    permits.freeSlotOf(attempt.after);
    for (const number of uncounted) {
      const counter = `${attempt.after.tenantId} ${attempt.after.countedOn} ${number}`;
      attemptsOfDay.set(counter, (attemptsOfDay.get(counter) ?? 0) - 1);
    }
    cdrs.set(cdr.id as AttemptId, cdr);
    for (const delivery of added) deliveries.set(delivery.id, delivery);
    onSettled?.(attempt.after, cdr);
    return { ok: true, version: write(call.after) };
  }

  function recordProgress(...[id, phase, at, uniqueId]: Parameters<Store['recordProgress']>): void {
    const found = attempts.get(id);
    if (found === undefined || found.value.ended !== undefined) return;
    const { value, version } = found;
    if (phase === 'ringing' && value.ringingAt === undefined)
      attempts.set(id, { version, value: { ...value, ringingAt: at } });
    if (phase === 'answered' && value.answeredAt === undefined)
      attempts.set(id, { version, value: { ...value, answeredAt: at } });
    if (phase === 'dial2_created' && uniqueId !== undefined && value.dial2UniqueId === undefined)
      attempts.set(id, { version, value: { ...value, dial2UniqueId: uniqueId } });
    if (value.awaited && phase !== 'ringing') hint(value.callId);
  }

  function dueCalls(before: number): { readonly item: { readonly id: CallId; readonly dueAt: number }; at: number }[] {
    return [...openCalls].flatMap((id) => {
      const state = calls.get(id)?.value.state;
      if (state === undefined || !isPlanned(state) || state.dueAt >= before) return [];
      return [{ item: { id, dueAt: state.dueAt }, at: state.dueAt }];
    });
  }

  const pending = () => [...deliveries.values()].filter(({ status }) => status === 'pending');

  function cancelRequested(): AttemptId[] {
    const found = [...openCalls].flatMap((id) => {
      const state = calls.get(id)?.value.state;
      if (state?.status !== 'dialing' || state.cancelRequestedAt === undefined) return [];
      return [{ id: state.attemptId, at: state.cancelRequestedAt }];
    });
    return found.sort((a, b) => a.at - b.at).map(({ id }) => id);
  }

  const listen = <L>(listeners: Set<L>, listener: L, onSubscribed?: () => void): (() => void) => {
    listeners.add(listener);
    onSubscribed?.();
    return () => void listeners.delete(listener);
  };

  const methods: Immediate<Omit<Store, NotInMemory>> = {
    acceptCalls: (accepted) => {
      for (const call of accepted) write(call);
      return { type: 'accepted' };
    },
    countOpenCalls: (tenantId) => [...openCalls].filter((id) => calls.get(id)?.value.tenantId === tenantId).length,
    readCall: (id) => calls.get(id),
    readAttempt: (id) => attempts.get(id),
    readForAttempt: (callId, attemptId) => {
      const [call, attempt] = [calls.get(callId), attempts.get(attemptId)];
      return { ...(call && { call }), ...(attempt && { attempt }) };
    },
    readAttempts: (ids) => ids.flatMap((id) => attempts.get(id)?.value ?? []),
    readCdr: (id) => cdrs.get(id),
    updateCall: (before, after) => (isNewest(before) ? { ok: true, version: write(after) } : conflict),

    acquirePermits: (request) => {
      const { attemptId, limits, now } = request;
      if (!attempts.has(attemptId)) return permits.acquire(request);
      return { granted: false, limit: limits[0]?.limit ?? '', reason: 'calls', retryAt: now };
    },
    releasePermits: (id, names) => {
      const claimed = openAttempts.has(id) ? attempts.get(id)?.value.limits : undefined;
      if (claimed === undefined) permits.release(id, names);
      else
        permits.free(
          id,
          names.filter((name) => !claimed.includes(name)),
        );
    },
    nextWaiting: permits.nextWaiting,
    releaseLeg: ({ id, legLimits, claimedBy }, leg) => {
      if (isOpen(id, claimedBy)) permits.freeLeg(id, legLimits, leg);
    },
    extendPermits: ({ id, limits, claimedBy }, until) => {
      if (isOpen(id, claimedBy)) permits.extend(id, limits, until);
    },
    permitsHeld: (names, now) => Object.fromEntries(names.map((name) => [name, permits.heldCount(name, now)])),

    claim,
    attemptsToday: (tenantId, day, numbers) =>
      numbers.map((number) => attemptsOfDay.get(`${tenantId} ${day} ${number}`) ?? 0),
    recordProgress,
    openAttempts: (pbx) => [...openAttempts].filter((id) => attempts.get(id)?.value.pbx === pbx),
    pbxsWithOpenAttempts: () => [...new Set([...openAttempts].flatMap((id) => attempts.get(id)?.value.pbx ?? []))],
    settle,

    overduePage: (before, limit, cursor) => {
      const { entries, next } = pageOf(dueCalls(before), limit, cursor);
      return { calls: entries, ...next };
    },
    countOverdue: (before) => dueCalls(before).length,
    forgetEnded: (now, limit) => {
      const over = [...ended].filter(([, endedAt]) => endedAt + (retentionMs ?? 0) <= now).slice(0, limit);
      for (const [id] of over) ended.delete(id);
      return over.length;
    },

    readDelivery: (id) => deliveries.get(id),
    writeDelivery: (delivery, before) => {
      if (JSON.stringify(deliveries.get(delivery.id)) !== JSON.stringify(before)) return false;
      deliveries.set(delivery.id, delivery);
      return true;
    },
    undeliveredPage: (before, limit, cursor) => {
      const due = pending()
        .map((item) => ({ item, at: item.nextTryAt ?? item.createdAt }))
        .filter(({ at }) => at < before);
      const { entries, next } = pageOf(due, limit, cursor);
      return { deliveries: entries, ...next };
    },
    countUndelivered: () => pending().length,
    listDead: (tenantId, limit) =>
      [...deliveries.values()]
        .filter((delivery) => delivery.status === 'dead' && delivery.tenantId === tenantId)
        .sort((a, b) => (b.lastTryAt ?? b.createdAt) - (a.lastTryAt ?? a.createdAt))
        .slice(0, limit),

    announceCancel: (pbx, attemptId) => {
      for (const listener of cancelListeners) listener(pbx, attemptId);
    },
    cancelRequested,
    onCancel: (listener, onSubscribed) => listen(cancelListeners, listener, onSubscribed),
    onCallChanged: (listener, onSubscribed) => listen(hintListeners, listener, onSubscribed),

    reportLinkStatus: (instanceId, report) => void links.set(`${report.pbx} ${report.process} ${instanceId}`, report),
    linkStatuses: (now) => {
      for (const [field, { at }] of links) if (at < now - linkStatusValidMs) links.delete(field);
      return [...links.values()];
    },
    acquireLease: (name, instanceId, leaseMs) => {
      const held = leases.get(name);
      if (held !== undefined && held.instanceId !== instanceId && held.till > clock.now()) return false;
      leases.set(name, { instanceId, till: clock.now() + leaseMs });
      return true;
    },
    releaseLease: (name, instanceId) => {
      if (leases.get(name)?.instanceId === instanceId) leases.delete(name);
    },

    confirmDurable: (_timeoutMs, written) => {
      if (written === undefined || 'answered' in written) return true;
      if ('call' in written) return (calls.get(written.call)?.version ?? 0) >= written.version;
      if ('attempt' in written) return isOpen(written.attempt, written.claimedBy);
      return deliveries.get(written.delivery)?.createdAt === written.createdAt;
    },
    ping: () => undefined,
    close: () => undefined,
  };

  return {
    methods,
    calls,
    attempts,
    openCalls,
    openAttempts,
    cdrs,
    deliveries,
    ended,
    links,
    permits,
    cancelListeners,
    hintListeners,
    write,
    writeAttempt,
    removeAttempt,
    /** Undoes a claim with no later write on top of it. Returns the call as it was before the claim. */
    forgetClaim(attempt: AttemptRecord): Call | undefined {
      const claimed = claims.get(attempt.id);
      claims.delete(attempt.id);
      const isLast = calls.get(attempt.callId)?.version === claimed?.version;
      return isLast && attempts.get(attempt.id)?.value === attempt ? claimed?.undo() : undefined;
    },
  };
}

/** Pages as the store's indexes do: by instant, behind the entries of the cursor's instant that were seen. */
function pageOf<T>(all: readonly { readonly item: T; readonly at: number }[], limit: number, cursor?: PageCursor) {
  const left = all.filter(({ at }) => at >= (cursor?.at ?? Number.NEGATIVE_INFINITY)).sort((a, b) => a.at - b.at);
  const page = left.slice(cursor?.seen ?? 0).slice(0, limit);
  const entries = page.map(({ item }) => item);
  const at = page.at(-1)?.at;
  if (at === undefined || page.length < limit) return { entries, next: {} };
  const seenHere = page.filter((entry) => entry.at === at).length;
  return { entries, next: { cursor: { at, seen: at === cursor?.at ? cursor.seen + seenHere : seenHere } } };
}
