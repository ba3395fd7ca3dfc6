import { type AttemptId, type AttemptRecord, type Call, type CallId, isEnded, lastMomentAt } from '@redial/call';
import type { LimitRequest, Permits, Store, Versioned, Written, WrittenRecord } from '@redial/store';
import type { Actor, Agenda } from './agenda.ts';
import type { Books } from './books.ts';
import type { Mutant } from './mutants.ts';
import { portOf } from './port-of.ts';
import type { Redis } from './redis.ts';

/**
 * The store of libs/store as its contract has it, in memory: the same compare-and-set, the same all or nothing. Its disk is synced with
 * every full second, and a Redis that dies forgets the claims since: of all that it may forget, what nobody can find out again.
 */
export interface ModelStore {
  portFor(process: Actor): Store;
  readonly openCalls: ReadonlySet<CallId>;
  readonly openAttempts: ReadonlySet<AttemptId>;
  call(id: CallId): Call | undefined;
  attempt(id: AttemptId): AttemptRecord | undefined;
  /** Permits and slots that are held, by whom. */
  held(now: number): string[];
}

interface Limit {
  /** Of each place, until when it is held. */
  readonly permits: Map<string, number>;
  nextStartAt: number;
}

interface Grant {
  readonly startAt: number;
  readonly slot: number;
  readonly pbx: string;
  readonly till: number;
}

type Hear<T extends unknown[]> = { readonly process: Actor; readonly hear: (...args: T) => void };

/** Far fewer than a PBX has, so that they come round within a run. */
const slotsOfJournal = 500;
const fullRetryMs = 1_000;
const startGraceMs = 1_000;
const attemptMarginMs = 60_000;
const syncEveryMs = 1_000;
const conflict = { ok: false, why: 'conflict' } as const;

export function createModelStore(agenda: Agenda, redis: Redis, books: Books, mutant: Mutant | undefined): ModelStore {
  const calls = new Map<CallId, Versioned<Call>>();
  const attempts = new Map<AttemptId, Versioned<AttemptRecord>>();
  const openCalls = new Set<CallId>();
  const openAttempts = new Set<AttemptId>();
  const attemptsOfDay = new Map<string, number>();
  const limits = new Map<string, Limit>();
  const waitingCalls = new Map<string, Map<CallId, number>>();
  const grants = new Map<AttemptId, Grant>();
  const slotsInUse = new Map<string, { readonly by: AttemptId; readonly till: number }>();
  const lastSlot = new Map<string, number>();
  const cancelListeners = new Set<Hear<[pbx: string, attemptId: AttemptId]>>();
  const hintListeners = new Set<Hear<[callId: CallId]>>();
  /** Takes back a claim that is not on disk. */
  const unsynced = new Map<AttemptId, { readonly till: number; readonly undo: () => void }>();
  const nextSyncAt = () => (Math.floor(agenda.now / syncEveryMs) + 1) * syncEveryMs;
  redis.onDeath(() => {
    for (const { till, undo } of unsynced.values()) if (agenda.now < till) undo();
    unsynced.clear();
  });
  const isDeaf = mutant === 'a cancel is dropped in the watch';
  let leader: { readonly instanceId: string; readonly till: number } | undefined;

  const isNewest = ({ value, version }: Versioned<Call>) => calls.get(value.id)?.version === version;

  function write(after: Call): number {
    const before = calls.get(after.id);
    const version = (before?.version ?? 0) + 1;
    calls.set(after.id, { value: after, version });
    if (isEnded(after.state)) openCalls.delete(after.id);
    else openCalls.add(after.id);
    books.callWritten(before?.value, after);
    if (after.request.outcomeAwaited) publishHint(after.id);
    return version;
  }

  function publishHint(callId: CallId): void {
    for (const { process, hear } of hintListeners) {
      if (process.isAlive) redis.tell(process, () => hear(callId));
    }
  }

  const limitOf = (name: string): Limit => {
    const limit = limits.get(name) ?? { permits: new Map<string, number>(), nextStartAt: 0 };
    limits.set(name, limit);
    return limit;
  };

  const waitingAt = (name: string): Map<CallId, number> => {
    const waiting = waitingCalls.get(name) ?? new Map<CallId, number>();
    waitingCalls.set(name, waiting);
    return waiting;
  };

  function nextWaiting(name: string): CallId | undefined {
    const [first] = [...waitingAt(name)].toSorted((a, b) => a[1] - b[1]);
    if (first !== undefined) waitingAt(name).delete(first[0]);
    return first?.[0];
  }

  function vacate(attemptId: AttemptId, names: readonly string[]): void {
    for (const name of names) {
      const { permits } = limitOf(name);
      for (let n = 1; n <= 4; n++) permits.delete(`${attemptId}#${n}`);
    }
  }

  function release(attemptId: AttemptId, names: readonly string[]): void {
    vacate(attemptId, names);
    const grant = grants.get(attemptId);
    grants.delete(attemptId);
    if (grant === undefined) return;
    const slot = `${grant.pbx}/${grant.slot}`;
    if (slotsInUse.get(slot)?.by === attemptId) slotsInUse.delete(slot);
  }

  const isOpen = (id: AttemptId, claimedBy: string | undefined): boolean => {
    const attempt = attempts.get(id)?.value;
    return attempt !== undefined && attempt.ended === undefined && attempt.claimedBy === claimedBy;
  };

  const notOfClaim = (id: AttemptId, names: readonly string[]) =>
    names.filter((name) => !attempts.get(id)?.value.limits.includes(name));

  function acquirePermits({
    attemptId,
    pbx,
    limits: wanted,
    now,
    leaseMs,
    horizonMs,
    waiter,
  }: PermitsRequest): Permits {
    const first = wanted[0]?.limit ?? '';
    if (attempts.has(attemptId)) return { granted: false, limit: first, reason: 'calls', retryAt: now };
    const granted = grants.get(attemptId);
    if (granted !== undefined && granted.pbx === pbx && granted.till > now && granted.startAt + startGraceMs >= now)
      return { granted: true, ...granted };
    release(
      attemptId,
      wanted.map(({ limit }) => limit),
    );
    for (const { limit: name, permits, maxCalls, maxCallsPerSecond } of wanted) {
      const limit = limitOf(name);
      for (const [member, till] of limit.permits) if (till <= now) limit.permits.delete(member);
      if (limit.permits.size + permits <= maxCalls) continue;
      if (maxCallsPerSecond === undefined && waiter !== undefined) waitingAt(name).set(waiter.callId, waiter.order);
      return { granted: false, limit: name, reason: 'calls', retryAt: now + fullRetryMs };
    }
    const startAt = Math.ceil(Math.max(now, ...wanted.map(({ limit }) => limitOf(limit).nextStartAt)));
    if (startAt - now > horizonMs)
      return { granted: false, limit: first, reason: 'rate', retryAt: startAt - horizonMs + 1 };
    const slot = freeSlot(pbx, now);
    if (slot === undefined) return { granted: false, limit: first, reason: 'calls', retryAt: now + fullRetryMs };
    const till = startAt + leaseMs;
    for (const { limit: name, permits, maxCallsPerSecond } of wanted) {
      const limit = limitOf(name);
      for (let n = 1; n <= permits; n++) limit.permits.set(`${attemptId}#${n}`, till);
      if (waiter !== undefined) waitingAt(name).delete(waiter.callId);
      if (maxCallsPerSecond !== undefined) limit.nextStartAt = startAt + (1_000 / maxCallsPerSecond) * permits;
    }
    slotsInUse.set(`${pbx}/${slot}`, { by: attemptId, till });
    grants.set(attemptId, { startAt, slot, pbx, till });
    return { granted: true, startAt, slot };
  }

  function freeSlot(pbx: string, now: number): number | undefined {
    for (let looks = 0; looks < slotsOfJournal; looks++) {
      const slot = ((lastSlot.get(pbx) ?? 0) + 1) % slotsOfJournal;
      lastSlot.set(pbx, slot);
      const used = slotsInUse.get(`${pbx}/${slot}`);
      if (used === undefined || used.till <= now) return slot;
    }
    return undefined;
  }

  /** A twin may have a grant of its own, with another slot: that one waits for its lease to end. */
  function freeSlotOf({ id, pbx, slot }: AttemptRecord): void {
    if (slotsInUse.get(`${pbx}/${slot}`)?.by === id) slotsInUse.delete(`${pbx}/${slot}`);
  }

  function keepPermits({ id, limits: names, originatedAt, plan, pbx, slot }: AttemptRecord): void {
    const till = lastMomentAt(originatedAt, plan) + attemptMarginMs;
    for (const name of names) {
      const { permits } = limitOf(name);
      for (const member of permits.keys()) if (member.startsWith(`${id}#`)) permits.set(member, till);
    }
    slotsInUse.set(`${pbx}/${slot}`, { by: id, till: Number.POSITIVE_INFINITY });
  }

  function claim(process: Actor, ...[before, after, attempt, cap]: Parameters<Store['claim']>): Claimed {
    const isOurs = isNewest(before) && !attempts.has(attempt.id);
    if (!isOurs && mutant !== 'the claim is not compare-and-set') return conflict;
    const numbers = new Set(cap?.numbers);
    const counter = (number: string) => `${cap?.tenantId} ${cap?.day} ${number}`;
    const made = (number: string) => attemptsOfDay.get(counter(number)) ?? 0;
    const isFull = [...numbers].some((number) => made(number) >= (cap?.max ?? Number.POSITIVE_INFINITY));
    if (isFull && mutant !== 'the claim does not count the day') return { ok: false, why: 'cap' };
    for (const number of numbers) attemptsOfDay.set(counter(number), made(number) + 1);
    attempts.set(attempt.id, { value: attempt, version: 1 });
    openAttempts.add(attempt.id);
    const version = write(after);
    books.claimed(after, attempt, process);
    keepPermits(attempt);
    const undo = () => {
      // What was written on top of it keeps it: one step back is enough to be dialled twice.
      if (calls.get(after.id)?.version !== version || attempts.get(attempt.id)?.value !== attempt) return;
      attempts.delete(attempt.id);
      openAttempts.delete(attempt.id);
      // Had they outlived it, whoever claims the attempt for another PBX would leave those of this one to the end of their lease.
      release(attempt.id, attempt.limits);
      freeSlotOf(attempt);
      calls.set(after.id, before);
      for (const number of numbers) attemptsOfDay.set(counter(number), made(number) - 1);
      books.callWritten(undefined, before.value);
      books.forgotten(attempt);
    };
    unsynced.set(attempt.id, { till: nextSyncAt(), undo });
    return { ok: true, version };
  }

  const settle: Applied<'settle'> = ({ call, attempt, cdr, uncounted = [] }): Written => {
    const isFirst = isNewest(call.before) && attempts.get(attempt.after.id)?.version === attempt.before.version;
    if (!isFirst && mutant !== 'settling is not compare-and-set') return conflict;
    const { id, limits: held } = attempt.after;
    // Progress is kept beside the document.
    const { ringingAt, answeredAt, dial2UniqueId } = attempts.get(id)?.value ?? attempt.after;
    const progress = {
      ...(ringingAt !== undefined && { ringingAt }),
      ...(answeredAt !== undefined && { answeredAt }),
      ...(dial2UniqueId !== undefined && { dial2UniqueId }),
    };
    attempts.set(id, { value: { ...attempt.after, ...progress }, version: attempt.before.version + 1 });
    openAttempts.delete(id);
    if (mutant !== 'permits are not given back') vacate(id, held);
    grants.delete(id);
    freeSlotOf(attempt.after);
    for (const number of uncounted) {
      const counter = `${attempt.after.tenantId} ${attempt.after.countedOn} ${number}`;
      attemptsOfDay.set(counter, (attemptsOfDay.get(counter) ?? 0) - 1);
    }
    books.settled(attempt.after, cdr);
    return { ok: true, version: write(mutant === 'a retry is given up early' ? givenUp(call.after) : call.after) };
  };

  const recordProgress: Applied<'recordProgress'> = (id, phase, at, uniqueId) => {
    const found = attempts.get(id);
    if (found === undefined || found.value.ended !== undefined) return;
    const { value, version } = found;
    if (phase === 'ringing' && value.ringingAt === undefined)
      attempts.set(id, { version, value: { ...value, ringingAt: at } });
    if (phase === 'answered' && value.answeredAt === undefined)
      attempts.set(id, { version, value: { ...value, answeredAt: at } });
    if (phase === 'dial2_created' && uniqueId !== undefined && value.dial2UniqueId === undefined)
      attempts.set(id, { version, value: { ...value, dial2UniqueId: uniqueId } });
    if (value.awaited && phase !== 'ringing') publishHint(value.callId);
  };

  const canceling = (): AttemptId[] =>
    [...openAttempts].filter((id) => {
      const state = calls.get(attempts.get(id)?.value.callId as CallId)?.value.state;
      return state?.status === 'dialing' && state.cancelRequestedAt !== undefined;
    });

  function overdue(before: number): { readonly id: CallId; readonly dueAt: number }[] {
    const found: { readonly id: CallId; readonly dueAt: number }[] = [];
    for (const id of openCalls) {
      const state = calls.get(id)?.value.state;
      if (state !== undefined && 'dueAt' in state && state.dueAt < before) found.push({ id, dueAt: state.dueAt });
    }
    return found.sort((a, b) => a.dueAt - b.dueAt);
  }

  function planAgain(): void {
    for (const id of openAttempts) {
      const attempt = attempts.get(id)?.value;
      const call = attempt && calls.get(attempt.callId)?.value;
      if (attempt === undefined || call?.state.status !== 'dialing' || call.state.attemptId !== id) continue;
      if (attempt.originatedAt + 15_000 > agenda.now) continue;
      attempts.delete(id);
      openAttempts.delete(id);
      const { attemptNumber, dueAt } = attempt;
      write({ ...call, state: { status: 'queued', attemptId: id, attemptNumber, dueAt } });
    }
  }

  /** Waits for the next sync, and looks whether the claim is there still. */
  async function confirm(process: Actor, written: WrittenRecord | undefined): Promise<boolean> {
    if (mutant === 'the claim is not confirmed') return redis.ask(process, () => true);
    await new Promise<void>((resolve) => agenda.at(nextSyncAt(), process, resolve));
    return redis.ask(process, () => {
      if (written === undefined || !('attempt' in written)) return true;
      const found = attempts.get(written.attempt)?.value;
      return found !== undefined && found.claimedBy === written.claimedBy && found.ended === undefined;
    });
  }

  function portFor(process: Actor): Store {
    const ask = <T>(apply: () => T): Promise<T> => redis.ask(process, apply);
    /** Resolves once it listens, and tells so each time that it does again. */
    const listen = async <T extends unknown[]>(
      to: Set<Hear<T>>,
      hear: (...args: T) => void,
      onSubscribed: () => void,
    ): Promise<() => void> => {
      const listener = { process, hear };
      await ask(() => {
        for (const each of to) if (!each.process.isAlive) to.delete(each);
        to.add(listener);
      });
      onSubscribed();
      redis.onBack({ process, hear: onSubscribed });
      return () => void to.delete(listener);
    };

    return portOf<Store>('store', books, {
      acceptCalls: (accepted) =>
        ask(() => {
          for (const call of accepted) write(call);
          return { type: 'accepted' };
        }),
      countOpenCalls: () => ask(() => openCalls.size),
      readCall: (id) => ask(() => calls.get(id)),
      readAttempt: (id) => ask(() => attempts.get(id)),
      readForAttempt: (callId, attemptId) =>
        ask(() => {
          const [call, attempt] = [calls.get(callId), attempts.get(attemptId)];
          return { ...(call && { call }), ...(attempt && { attempt }) };
        }),
      readAttempts: (ids) => ask(() => ids.flatMap((id) => attempts.get(id)?.value ?? [])),
      updateCall: (before, after) =>
        ask((): Written => {
          if (!isNewest(before) && mutant !== 'changes of a call are not compare-and-set') return conflict;
          if (mutant === 'a cancel is not written' && isCancel(after)) return { ok: true, version: before.version + 1 };
          return { ok: true, version: write(after) };
        }),
      acquirePermits: (request) => ask(() => acquirePermits(request)),
      releasePermits: (attemptId, names) =>
        ask(() => {
          if (openAttempts.has(attemptId)) vacate(attemptId, notOfClaim(attemptId, names));
          else release(attemptId, names);
        }),
      nextWaiting: (name) => ask(() => nextWaiting(name)),
      releaseLeg: ({ id, legLimits, claimedBy }, leg) =>
        ask(() => {
          if (legLimits === undefined || !isOpen(id, claimedBy)) return;
          for (const name of legLimits[leg]) {
            const isSecond = leg === 'dial2' && legLimits.dial1.includes(name);
            limitOf(name).permits.delete(`${id}#${isSecond ? 2 : 1}`);
          }
        }),
      extendPermits: ({ id, limits: names, claimedBy }, until) =>
        ask(() => {
          if (!isOpen(id, claimedBy)) return;
          for (const name of names) {
            const { permits } = limitOf(name);
            for (const [member, till] of permits)
              if (member.startsWith(`${id}#`) && till < until) permits.set(member, until);
          }
        }),
      permitsHeld: (names, now) =>
        ask(() =>
          Object.fromEntries(
            names.map((name) => [name, [...limitOf(name).permits.values()].filter((till) => till > now).length]),
          ),
        ),
      claim: (...args) => ask(() => claim(process, ...args)),
      attemptsToday: (tenantId, day, numbers) =>
        ask(() => numbers.map((number) => attemptsOfDay.get(`${tenantId} ${day} ${number}`) ?? 0)),
      recordProgress: (...args) => ask(() => recordProgress(...args)),
      openAttempts: (pbx) =>
        ask(() => {
          if (mutant === 'open attempts are never adopted') return [];
          return [...openAttempts].filter((id) => attempts.get(id)?.value.pbx === pbx);
        }),
      pbxsWithOpenAttempts: () =>
        ask(() => [...new Set([...openAttempts].flatMap((id) => attempts.get(id)?.value.pbx ?? []))]),
      settle: (change) => ask(() => settle(change)),
      overduePage: (before, limit) =>
        ask(() => {
          if (mutant === 'the sweeper plans open attempts again') planAgain();
          return { calls: overdue(before).slice(0, limit) };
        }),
      countOverdue: (before) => ask(() => overdue(before).length),
      forgetEnded: () => ask(() => 0),
      undeliveredPage: () => ask(() => ({ deliveries: [] })),
      countUndelivered: () => ask(() => 0),
      announceCancel: (pbx, attemptId) =>
        ask(() => {
          for (const { process: other, hear } of cancelListeners) {
            if (other.isAlive) redis.tell(other, () => hear(pbx, attemptId));
          }
        }),
      cancelRequested: () => ask(() => (isDeaf ? [] : canceling())),
      onCancel: (hear, onSubscribed = () => undefined) =>
        listen(cancelListeners, isDeaf ? () => undefined : hear, onSubscribed),
      onCallChanged: (hear, onSubscribed = () => undefined) => listen(hintListeners, hear, onSubscribed),
      reportLinkStatus: () => ask(() => undefined),
      linkStatuses: () => ask(() => []),
      acquireLease: (_name, instanceId, leaseMs) =>
        ask(() => {
          const { now } = agenda;
          if (leader !== undefined && leader.instanceId !== instanceId && leader.till > now) return false;
          leader = { instanceId, till: now + leaseMs };
          return true;
        }),
      releaseLease: (_name, instanceId) =>
        ask(() => {
          if (leader?.instanceId === instanceId) leader = undefined;
        }),
      durability: () =>
        ask(() => ({
          appendonly: true,
          appendfsync: 'always',
          noAppendfsyncOnRewrite: 'no',
          maxmemoryPolicy: 'noeviction',
          redisVersion: '8.0.0',
          replicas: 0,
        })),
      confirmDurable: (_timeoutMs, written) => confirm(process, written),
      ping: () => ask(() => undefined),
      close: async () => undefined,
    });
  }

  return {
    portFor,
    openCalls,
    openAttempts,
    call: (id) => calls.get(id)?.value,
    attempt: (id) => attempts.get(id)?.value,
    held: (now) => [
      ...[...limits].flatMap(([name, { permits }]) =>
        [...permits].filter(([, till]) => till > now).map(([member]) => `${member} on ${name}`),
      ),
      ...[...slotsInUse].filter(([, { till }]) => till > now).map(([slot, { by }]) => `${by} in slot ${slot}`),
    ],
  };
}

const isCancel = ({ state }: Call) => state.status === 'canceled' || 'cancelRequestedAt' in state;

function givenUp(call: Call): Call {
  const isSecond = call.state.status === 'waiting' && call.state.attemptNumber === 2;
  return isSecond ? { ...call, state: { status: 'exhausted', endedAt: 0, reason: 'retries_used_up' } } : call;
}

type Claimed = Awaited<ReturnType<Store['claim']>>;
type PermitsRequest = Parameters<Store['acquirePermits']>[0] & { readonly limits: readonly LimitRequest[] };
type Applied<M extends keyof Store> = (...args: Parameters<Store[M]>) => Awaited<ReturnType<Store[M]>>;
