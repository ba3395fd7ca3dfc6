import type { Permits } from '@redial/store';
import { closeGate } from './close-gate.ts';
import type { DialContext, HeldPermits } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';
import { fullLimit } from './full-limit.ts';
import { limitOfPbx } from './limits-of-call.ts';
import type { PreparedCall } from './prepare-order.ts';

/** How far ahead a start may be granted. The job waits for it here, and holds a worker's place meanwhile. */
export const startHorizonMs = 5_000;

/**
 * From the granted start to the end of the lease: the time for the claim. The claim then keeps the permits for as long
 * as the attempt may live. A dialer that dies before its claim, or does not receive its grant, keeps them no longer
 * than this.
 */
const leaseMs = 15_000;
/** For the claim's way to Redis, and for the difference between two hosts' clocks. */
const leaseMarginMs = 5_000;

/** Requests permits on one PBX after the other. Takes all that the call needs there, or none. */
export async function acquirePermits(context: DialContext, prepared: PreparedCall): Promise<HeldPermits | DialResult> {
  const { store, clock, configuration } = context;
  const { attemptId, call, limits, dueAt, candidates } = prepared;
  let soonest: Refused | undefined;
  for (const pbx of candidates) {
    const requests = [limitOfPbx(pbx, configuration), ...limits.requests];
    const permits = await store.acquirePermits({
      attemptId,
      pbx,
      limits: requests,
      now: clock.now(),
      leaseMs,
      horizonMs: startHorizonMs,
      waiter: { callId: call.value.id, order: orderOf(call.value.request.priority, dueAt) },
    });
    if (permits.granted) {
      const { startAt, slot } = permits;
      const names = requests.map(({ limit }) => limit);
      return { pbx, startAt, slot, limits: names, until: startAt + leaseMs - leaseMarginMs, areClaimed: false };
    }
    if (soonest === undefined || permits.retryAt < soonest.retryAt) soonest = permits;
  }
  if (soonest === undefined) throw new RangeError('no PBX to acquire permits on');
  const isOutcomeAwaited = call.value.request.outcomeAwaited === true;
  return closeGate(context, prepared, fullLimit(soonest, limits, { isOutcomeAwaited }));
}

export async function releasePermits(
  { store }: DialContext,
  { attemptId }: PreparedCall,
  { limits }: HeldPermits,
): Promise<void> {
  await store.releasePermits(attemptId, limits);
}

type Refused = Extract<Permits, { granted: false }>;

/** Calls wait at a limit by their priority, then by when they were due. A double holds the number exactly. */
function orderOf(priority: number, dueAt: number): number {
  return priority * 1e14 + dueAt;
}
