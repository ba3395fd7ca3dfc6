import type { Call } from '@redial/call';
import type { LaneRequest } from '@redial/store';
import { attemptIdOf, type DialJobDependencies } from './dialing.ts';
import { lanesFor } from './places.ts';

/** How far ahead a start may be granted; the job waits for it here, holding nothing but its place in time. */
export const startHorizonMs = 5_000;

/**
 * Behind the granted start, for the way to the fence, which holds the places for as long as the attempt may live. A dialer that dies before it,
 * or does not hear of its grant, holds them no longer than this, whatever then becomes of the call.
 */
const leaseMs = 15_000;
/** The fence's way to Redis, and what two hosts' clocks may differ by. */
const leaseMarginMs = 5_000;

export interface GrantedPlaces {
  readonly granted: true;
  readonly pbx: string;
  readonly startAt: number;
  readonly slot: number;
  readonly lanes: readonly LaneRequest[];
  /** Past this nobody may count on them. */
  readonly until: number;
}
type TakenPlaces = GrantedPlaces | { granted: false; lane: string; reason: 'calls' | 'rate'; retryAt: number };

/** By priority, then by when it was due. A number that a double holds whole. */
function orderOf({ state, request }: Call): number {
  return request.priority * 1e14 + ('dueAt' in state ? state.dueAt : 0);
}

/** The first PBX with room; the last refusal if none has. */
export async function takePlacesOnOne(
  { store, clock, configuration }: DialJobDependencies,
  call: Call,
  candidates: readonly string[],
): Promise<TakenPlaces> {
  let refusal: TakenPlaces | undefined;
  for (const pbx of candidates) {
    const lanes = lanesFor(call, pbx, configuration);
    const places = await store.takePlaces({
      attemptId: attemptIdOf(call),
      pbx,
      lanes,
      now: clock.now(),
      leaseMs,
      horizonMs: startHorizonMs,
      waiter: { callId: call.id, order: orderOf(call) },
    });
    if (places.granted) {
      const { startAt, slot } = places;
      return { granted: true, pbx, startAt, slot, lanes, until: startAt + leaseMs - leaseMarginMs };
    }
    if (refusal === undefined || (!refusal.granted && places.retryAt < refusal.retryAt)) refusal = places;
  }
  if (refusal === undefined) throw new RangeError('no PBX to ask for places');
  return refusal;
}
