import { type AttemptId, type AttemptRecord, type CallId, latestEndAt } from '@redial/call';
import type { PermitRequest, Permits } from '@redial/store';

/** Fewer slots than a PBX has, so that a long run uses each of them more than once. */
const slotsOfJournal = 500;
const fullRetryMs = 1_000;
const startGraceMs = 1_000;
const attemptMarginMs = 60_000;

interface Limit {
  /** The end of each permit, by `<attempt id>#<n>`. */
  readonly permits: Map<string, number>;
  nextStartAt: number;
}

interface Grant {
  readonly startAt: number;
  readonly slot: number;
  readonly pbx: string;
  readonly till: number;
}

export type InMemoryPermits = ReturnType<typeof createInMemoryPermits>;

/**
 * Permits, the pace of starts, journal slots and the calls that wait at a limit: the data of libs/store's scripts in
 * Redis.
 */
export function createInMemoryPermits() {
  const limits = new Map<string, Limit>();
  const waiting = new Map<string, Map<CallId, number>>();
  const grants = new Map<AttemptId, Grant>();
  const slotsInUse = new Map<string, { readonly by: AttemptId; readonly till: number }>();
  const lastSlot = new Map<string, number>();

  const limitOf = (name: string): Limit => {
    const limit = limits.get(name) ?? { permits: new Map<string, number>(), nextStartAt: 0 };
    limits.set(name, limit);
    return limit;
  };

  const waitingAt = (name: string): Map<CallId, number> => {
    const calls = waiting.get(name) ?? new Map<CallId, number>();
    waiting.set(name, calls);
    return calls;
  };

  const members = (id: AttemptId, { permits }: Limit) =>
    [...permits.keys()].filter((member) => member.startsWith(`${id}#`));

  function free(id: AttemptId, names: readonly string[]): void {
    for (const name of names) {
      const limit = limitOf(name);
      for (const member of members(id, limit)) limit.permits.delete(member);
    }
  }

  function release(id: AttemptId, names: readonly string[]): void {
    free(id, names);
    const grant = grants.get(id);
    grants.delete(id);
    if (grant !== undefined) freeSlotOf({ id, pbx: grant.pbx, slot: grant.slot });
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

  /** A second job of the same attempt may have another slot. That slot becomes free when its lease ends. */
  function freeSlotOf({ id, pbx, slot }: Pick<AttemptRecord, 'id' | 'pbx' | 'slot'>): void {
    if (slotsInUse.get(`${pbx}/${slot}`)?.by === id) slotsInUse.delete(`${pbx}/${slot}`);
  }

  function acquire({ attemptId, pbx, limits: wanted, now, leaseMs, horizonMs, waiter }: PermitRequest): Permits {
    const first = wanted[0]?.limit ?? '';
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

  return {
    acquire,
    release,
    free,
    freeSlotOf,
    forgetGrant: (id: AttemptId) => void grants.delete(id),

    /** A claim keeps the permits and the slot for as long as the attempt can live. */
    keep({ id, limits: names, originatedAt, plan, pbx, slot }: AttemptRecord): void {
      const till = latestEndAt(originatedAt, plan) + attemptMarginMs;
      for (const name of names) {
        const limit = limitOf(name);
        for (const member of members(id, limit)) limit.permits.set(member, till);
      }
      slotsInUse.set(`${pbx}/${slot}`, { by: id, till: Number.POSITIVE_INFINITY });
    },

    extend(id: AttemptId, names: readonly string[], until: number): void {
      for (const name of names) {
        const { permits } = limitOf(name);
        for (const member of members(id, { permits, nextStartAt: 0 }))
          if ((permits.get(member) ?? 0) < until) permits.set(member, until);
      }
    },

    freeLeg(id: AttemptId, legLimits: AttemptRecord['legLimits'], leg: 'dial1' | 'dial2'): void {
      for (const name of legLimits[leg]) {
        const isSecond = leg === 'dial2' && legLimits.dial1.includes(name);
        limitOf(name).permits.delete(`${id}#${isSecond ? 2 : 1}`);
      }
    },

    occupy: (name: string, id: AttemptId, till = Number.POSITIVE_INFINITY) =>
      void limitOf(name).permits.set(`${id}#1`, till),

    wait: (name: string, callId: CallId, order: number) => void waitingAt(name).set(callId, order),

    /** The calls that wait at the limit; the first is the next one. */
    waitingCalls: (name: string) => [...waitingAt(name)].toSorted((a, b) => a[1] - b[1]).map(([id]) => id),

    nextWaiting(name: string): CallId | undefined {
      const [first] = [...waitingAt(name)].toSorted((a, b) => a[1] - b[1]);
      if (first !== undefined) waitingAt(name).delete(first[0]);
      return first?.[0];
    },

    heldCount: (name: string, now: number) => [...limitOf(name).permits.values()].filter((till) => till > now).length,

    /** Attempts that hold permits, by limit. */
    holders(now: number): Record<string, AttemptId[]> {
      const held = [...limits].map(([name, { permits }]) => {
        const ids = [...permits].filter(([, till]) => till > now).map(([member]) => member.split('#')[0] as AttemptId);
        return [name, [...new Set(ids)]] as [string, AttemptId[]];
      });
      return Object.fromEntries(held.filter(([, ids]) => ids.length > 0));
    },

    slotsHeld: (now: number) =>
      [...slotsInUse].filter(([, { till }]) => till > now).map(([slot, { by }]) => ({ slot, by })),
  };
}
