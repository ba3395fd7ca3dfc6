import type { Call } from '@redial/call';
import type { LaneRequest } from '@redial/store';
import { attemptIdOf, type DialJobDependencies } from './dialing.ts';
import { lanesFor } from './places.ts';

/** How far ahead a start may be granted; the job waits for it here, holding nothing but its place in time. */
export const startHorizonMs = 5_000;

export interface GrantedPlaces {
  readonly granted: true;
  readonly pbx: string;
  readonly startAt: number;
  readonly slot: number;
  readonly lanes: readonly LaneRequest[];
}
type TakenPlaces = GrantedPlaces | { granted: false; lane: string; reason: 'calls' | 'rate'; retryAt: number };

/** The first PBX with room; the last refusal if none has. */
export async function takePlacesOnOne(
  { store, clock, configuration }: DialJobDependencies,
  call: Call,
  candidates: readonly string[],
  lease: number,
): Promise<TakenPlaces> {
  let refusal: TakenPlaces | undefined;
  for (const pbx of candidates) {
    const lanes = lanesFor(call, pbx, configuration);
    const places = await store.takePlaces({
      attemptId: attemptIdOf(call),
      pbx,
      lanes,
      now: clock.now(),
      leaseMs: lease,
      horizonMs: startHorizonMs,
    });
    if (places.granted) return { granted: true, pbx, startAt: places.startAt, slot: places.slot, lanes };
    if (refusal === undefined || (!refusal.granted && places.retryAt < refusal.retryAt)) refusal = places;
  }
  if (refusal === undefined) throw new RangeError('no PBX to ask for places');
  return refusal;
}
