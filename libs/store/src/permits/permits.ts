import { type AttemptId, type AttemptRecord, type CallId, latestEndAt } from '@redial/call';
import type { Write } from '../records/commit.ts';
import { acquirePermitsScript } from '../scripts/acquire-permits.ts';
import { extendPermitsScript } from '../scripts/extend-permits.ts';
import { releaseLegScript } from '../scripts/release-leg.ts';
import { releasePermitsScript } from '../scripts/release-permits.ts';
import { runScript } from '../scripts/script.ts';
import type { StoreContext } from '../store-context.ts';
import type { LimitRequest, PermitRequest, PermitStore, Permits } from './permit-store.ts';

/** The most permits of one limit that one attempt may hold. A call has two legs. */
const permitsMax = 4;
/** The size of the PBX journal. */
const journalSlots = 100_000;
/** Added to the last moment at which an attempt can live. The sweeper has reconciled it by then. */
const attemptMarginMs = 60_000;
/** A grant is for one start. The same attempt may use it again for this long after the start. */
const startGraceMs = 1_000;
/** The shortest time until a full limit is tried again: the end of a talk is not known. */
const fullRetryMs = 1_000;
/** The waiters of one limit are spread over this time at most. */
const waitWindowMs = 30_000;
/**
 * There are as many limits without a pace as there are numbers. Their data expire after longer than any attempt lives.
 */
const unpacedKeptSeconds = 7 * 86_400;
/** How many slots one step examines: as many as Redis passes in a millisecond. */
const slotTriesMax = 1_000;

/**
 * The names of an attempt's permits in a limit, those that it cannot hold included: removing a missing one does
 * nothing.
 */
export function permitMembers(id: AttemptId): string[] {
  return Array.from({ length: permitsMax }, (_, i) => `${id}#${i + 1}`);
}

/**
 * From the claim on, the permits belong to the attempt until it is settled. If it never is, they end after its last
 * moment.
 */
export function keepPermits({ keys }: StoreContext, { id, limits, originatedAt, plan }: AttemptRecord): Write[] {
  const until = latestEndAt(originatedAt, plan) + attemptMarginMs;
  const members = permitMembers(id).flatMap((member) => [until, member]);
  return limits.map((limit): Write => ['ZADD', keys.permits(limit), 'XX', ...members]);
}

export function permitsOf({ redis, keys }: StoreContext): PermitStore {
  async function acquirePermits(request: PermitRequest): Promise<Permits> {
    const { attemptId, pbx, limits, now, leaseMs, horizonMs, waiter } = request;
    for (const limit of limits) checkLimit(limit);
    const answer = await runScript(
      redis,
      acquirePermitsScript,
      [
        ...([
          keys.slots(pbx),
          keys.slotsInUse(pbx),
          keys.grant(attemptId),
          keys.attempt(attemptId),
          keys.cdr(attemptId),
        ] as const),
        ...limits.flatMap(({ limit }) => [keys.permits(limit), keys.pace(limit), keys.waiting(limit)]),
      ],
      [
        attemptId,
        ...[now, leaseMs, horizonMs, startGraceMs, fullRetryMs, waitWindowMs, journalSlots, slotTriesMax],
        ...[waiter?.callId ?? '', waiter?.order ?? 0, unpacedKeptSeconds],
        ...limits.flatMap(({ permits, maxCalls, maxCallsPerSecond }) => [
          permits,
          maxCalls,
          maxCallsPerSecond === undefined ? 0 : 1_000 / maxCallsPerSecond,
        ]),
      ],
    );
    const [granted, a, b, c] = answer as [number, number, number | 'calls' | 'rate', number | undefined];
    if (granted === 1) return { granted: true, startAt: a, slot: Number(b) };
    return { granted: false, limit: limits[a - 1]?.limit ?? '', reason: b as 'calls' | 'rate', retryAt: c ?? now };
  }

  async function releasePermits(attemptId: AttemptId, limits: readonly string[]): Promise<void> {
    await runScript(
      redis,
      releasePermitsScript,
      [keys.attempt(attemptId), keys.grant(attemptId), ...limits.map(keys.permits)],
      [...limits, ...permitMembers(attemptId)],
    );
  }

  async function releaseLeg(
    attempt: Pick<AttemptRecord, 'id' | 'legLimits' | 'claimedBy'>,
    leg: 'dial1' | 'dial2',
  ): Promise<void> {
    const { id, legLimits, claimedBy = '' } = attempt;
    if (legLimits === undefined || legLimits[leg].length === 0) return;
    const limits = legLimits[leg];
    // Of a limit that both legs use, dial1 has the first permit.
    const members = limits.map((limit) => `${id}#${leg === 'dial2' && legLimits.dial1.includes(limit) ? 2 : 1}`);
    await runScript(redis, releaseLegScript, [keys.attempt(id), ...limits.map(keys.permits)], [claimedBy, ...members]);
  }

  async function extendPermits(
    { id, limits, claimedBy = '' }: Pick<AttemptRecord, 'id' | 'limits' | 'claimedBy'>,
    until: number,
  ): Promise<void> {
    const args = [claimedBy, until, ...permitMembers(id)];
    await runScript(redis, extendPermitsScript, [keys.attempt(id), ...limits.map(keys.permits)], args);
  }

  async function nextWaiting(limit: string): Promise<CallId | undefined> {
    const [callId] = await redis.zpopmin(keys.waiting(limit));
    return callId as CallId | undefined;
  }

  async function permitsHeld(limits: readonly string[], now: number): Promise<Record<string, number>> {
    const counts = await Promise.all(limits.map((limit) => redis.zcount(keys.permits(limit), `(${now}`, '+inf')));
    return Object.fromEntries(limits.map((limit, i) => [limit, counts[i] ?? 0]));
  }

  async function checkPermits(limits: readonly string[], pbxs: readonly string[]): Promise<void> {
    const expected = [
      ...limits.flatMap((limit) => [[keys.permits(limit), 'zset'] as const, [keys.pace(limit), 'hash'] as const]),
      ...pbxs.flatMap((pbx) => [[keys.slots(pbx), 'string'] as const, [keys.slotsInUse(pbx), 'zset'] as const]),
    ];
    const types = await Promise.all(expected.map(([key]) => redis.type(key)));
    const wrong = expected.find(([, type], i) => types[i] !== 'none' && types[i] !== type);
    if (wrong !== undefined)
      throw new Error(`Redis holds something else than Redial wrote at ${wrong[0]}: what needs it is not dialled`);
  }

  return { acquirePermits, nextWaiting, releasePermits, releaseLeg, extendPermits, permitsHeld, checkPermits };
}

function checkLimit({ limit, permits, maxCalls, maxCallsPerSecond }: LimitRequest): void {
  if (!Number.isInteger(permits) || permits < 1 || permits > permitsMax) {
    throw new RangeError(`an attempt takes 1 to ${permitsMax} permits of limit ${limit}, not ${permits}`);
  }
  if (!((maxCallsPerSecond ?? 1) > 0) || !(maxCalls >= permits)) {
    throw new RangeError(
      `limit ${limit} can never grant ${permits} permits: ${maxCalls} calls, ${maxCallsPerSecond ?? 'any'}/s`,
    );
  }
}
