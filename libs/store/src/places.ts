import { type AttemptId, type AttemptRecord, type CallId, lastMomentAt } from '@redial/call';
import type { Write } from './commit.ts';
import { extendPlacesScript } from './scripts/extend-places.ts';
import { releaseLegScript } from './scripts/release-leg.ts';
import { releasePlacesScript } from './scripts/release-places.ts';
import { runScript } from './scripts/script.ts';
import { takePlacesScript } from './scripts/take-places.ts';
import type { LaneRequest, Places, Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

/** Most places of one lane that one attempt may hold; a call has two legs. */
export const placesMax = 4;
/** The PBX journal's size: see design.md. */
export const journalSlots = 100_000;
/** Beyond the last moment at which an attempt can be alive; the sweeper has looked it up by then. */
const attemptMarginMs = 60_000;
/** A grant is good for one start: how long behind it the same attempt may come for it again. */
const startGraceMs = 1_000;
/** When a full lane is asked again at the earliest: nobody knows when a talk ends. */
const fullRetryMs = 1_000;
/** Waiters of one lane are spread over this long at most. */
const waitWindowMs = 30_000;
/** There are as many lanes without a pace as there are numbers: what is left of one is forgotten after longer than any attempt lives. */
const unpacedKeptSeconds = 7 * 86_400;
/** Slots looked at in one step: as many as Redis passes over in a millisecond. */
const slotLooksMax = 1_000;

/** What an attempt's places are called in a lane, the ones it may hold and more: removing what is not there does nothing. */
export function placeMembers(id: AttemptId): string[] {
  return Array.from({ length: placesMax }, (_, i) => `${id}#${i + 1}`);
}

/** From the fence on the places are the attempt's own until it is settled; and if nobody ever settles it, until then. */
export function keepPlaces({ keys }: StoreContext, { id, lanes, originatedAt, plan }: AttemptRecord): Write[] {
  const until = lastMomentAt(originatedAt, plan) + attemptMarginMs;
  const members = placeMembers(id).flatMap((member) => [until, member]);
  return lanes.map((lane): Write => ['ZADD', keys.places(lane), 'XX', ...members]);
}

export function placesOf({
  redis,
  keys,
}: StoreContext): Pick<
  Store,
  'takePlaces' | 'nextWaiting' | 'releasePlaces' | 'releaseLeg' | 'extendPlaces' | 'placesHeld' | 'checkPlaces'
> {
  async function takePlaces(request: Parameters<Store['takePlaces']>[0]): Promise<Places> {
    const { attemptId, pbx, lanes, now, leaseMs, horizonMs, waiter } = request;
    for (const lane of lanes) checkLane(lane);
    const answer = await runScript(
      redis,
      takePlacesScript,
      [
        ...([keys.slots(pbx), keys.slotsInUse(pbx), keys.grant(attemptId), keys.attempt(attemptId)] as const),
        ...lanes.flatMap(({ lane }) => [keys.places(lane), keys.pace(lane), keys.waiting(lane)]),
      ],
      [
        attemptId,
        ...[now, leaseMs, horizonMs, startGraceMs, fullRetryMs, waitWindowMs, journalSlots, slotLooksMax],
        ...[waiter?.callId ?? '', waiter?.order ?? 0, unpacedKeptSeconds],
        ...lanes.flatMap(({ places, maxCalls, maxCallsPerSecond }) => [
          places,
          maxCalls,
          maxCallsPerSecond === undefined ? 0 : 1_000 / maxCallsPerSecond,
        ]),
      ],
    );
    const [granted, a, b, c] = answer as [number, number, number | 'calls' | 'rate', number | undefined];
    if (granted === 1) return { granted: true, startAt: a, slot: Number(b) };
    return { granted: false, lane: lanes[a - 1]?.lane ?? '', reason: b as 'calls' | 'rate', retryAt: c ?? now };
  }

  async function releasePlaces(attemptId: AttemptId, lanes: readonly string[]): Promise<void> {
    await runScript(
      redis,
      releasePlacesScript,
      [keys.attempt(attemptId), keys.grant(attemptId), ...lanes.map(keys.places)],
      [...lanes, ...placeMembers(attemptId)],
    );
  }

  async function releaseLeg(
    attempt: Pick<AttemptRecord, 'id' | 'legLanes' | 'fencedBy'>,
    leg: 'dial1' | 'dial2',
  ): Promise<void> {
    const { id, legLanes, fencedBy = '' } = attempt;
    if (legLanes === undefined || legLanes[leg].length === 0) return;
    const lanes = legLanes[leg];
    // Of a lane that both legs use, dial1 has the first place.
    const members = lanes.map((lane) => `${id}#${leg === 'dial2' && legLanes.dial1.includes(lane) ? 2 : 1}`);
    await runScript(redis, releaseLegScript, [keys.attempt(id), ...lanes.map(keys.places)], [fencedBy, ...members]);
  }

  async function extendPlaces(
    { id, lanes, fencedBy = '' }: Pick<AttemptRecord, 'id' | 'lanes' | 'fencedBy'>,
    until: number,
  ): Promise<void> {
    const args = [fencedBy, until, ...placeMembers(id)];
    await runScript(redis, extendPlacesScript, [keys.attempt(id), ...lanes.map(keys.places)], args);
  }

  async function nextWaiting(lane: string): Promise<CallId | undefined> {
    const [callId] = await redis.zpopmin(keys.waiting(lane));
    return callId as CallId | undefined;
  }

  async function placesHeld(lanes: readonly string[], now: number): Promise<Record<string, number>> {
    const counts = await Promise.all(lanes.map((lane) => redis.zcount(keys.places(lane), `(${now}`, '+inf')));
    return Object.fromEntries(lanes.map((lane, i) => [lane, counts[i] ?? 0]));
  }

  async function checkPlaces(lanes: readonly string[], pbxs: readonly string[]): Promise<void> {
    const expected = [
      ...lanes.flatMap((lane) => [[keys.places(lane), 'zset'] as const, [keys.pace(lane), 'hash'] as const]),
      ...pbxs.flatMap((pbx) => [[keys.slots(pbx), 'string'] as const, [keys.slotsInUse(pbx), 'zset'] as const]),
    ];
    const types = await Promise.all(expected.map(([key]) => redis.type(key)));
    const wrong = expected.find(([, type], i) => types[i] !== 'none' && types[i] !== type);
    if (wrong !== undefined)
      throw new Error(`Redis holds something else than Redial wrote at ${wrong[0]}: what needs it is not dialled`);
  }

  return { takePlaces, nextWaiting, releasePlaces, releaseLeg, extendPlaces, placesHeld, checkPlaces };
}

function checkLane({ lane, places, maxCalls, maxCallsPerSecond }: LaneRequest): void {
  if (!Number.isInteger(places) || places < 1 || places > placesMax) {
    throw new RangeError(`an attempt takes 1 to ${placesMax} places of lane ${lane}, not ${places}`);
  }
  if (!((maxCallsPerSecond ?? 1) > 0) || !(maxCalls >= places)) {
    throw new RangeError(
      `lane ${lane} can never grant ${places} places: ${maxCalls} calls, ${maxCallsPerSecond ?? 'any'}/s`,
    );
  }
}
