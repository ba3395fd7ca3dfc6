import type { Call } from '@redial/call';
import type { LimitRequest } from '@redial/store';
import { type DialJobDependencies, dueAttemptId } from './dialing.ts';
import { limitsFor } from './limits-of-call.ts';

/** How far ahead a start may be granted; the job waits for it here, holding nothing but its place in time. */
export const startHorizonMs = 5_000;

/**
 * Behind the granted start, for the way to the claim, which holds the permits for as long as the attempt may live. A dialer that dies before it,
 * or does not hear of its grant, holds them no longer than this, whatever then becomes of the call.
 */
const leaseMs = 15_000;
/** The claim's way to Redis, and what two hosts' clocks may differ by. */
const leaseMarginMs = 5_000;

export interface GrantedPermits {
  readonly granted: true;
  readonly pbx: string;
  readonly startAt: number;
  readonly slot: number;
  readonly limits: readonly LimitRequest[];
  /** Past this nobody may count on them. */
  readonly until: number;
}
type TakenPlaces = GrantedPermits | { granted: false; limit: string; reason: 'calls' | 'rate'; retryAt: number };

/** By priority, then by when it was due. A number that a double holds whole. */
function orderOf({ state, request }: Call): number {
  return request.priority * 1e14 + ('dueAt' in state ? state.dueAt : 0);
}

/** The first PBX with room; the last refusal if none has. */
export async function acquirePermitsOnOne(
  { store, clock, configuration }: DialJobDependencies,
  call: Call,
  candidates: readonly string[],
): Promise<TakenPlaces> {
  let refusal: TakenPlaces | undefined;
  for (const pbx of candidates) {
    const limits = limitsFor(call, pbx, configuration);
    const permits = await store.acquirePermits({
      attemptId: dueAttemptId(call),
      pbx,
      limits,
      now: clock.now(),
      leaseMs,
      horizonMs: startHorizonMs,
      waiter: { callId: call.id, order: orderOf(call) },
    });
    if (permits.granted) {
      const { startAt, slot } = permits;
      return { granted: true, pbx, startAt, slot, limits, until: startAt + leaseMs - leaseMarginMs };
    }
    if (refusal === undefined || (!refusal.granted && permits.retryAt < refusal.retryAt)) refusal = permits;
  }
  if (refusal === undefined) throw new RangeError('no PBX to ask for permits');
  return refusal;
}
