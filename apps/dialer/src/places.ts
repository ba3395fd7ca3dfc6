import { type Call, type Configuration, trunksOf } from '@redial/call';
import type { LaneRequest } from '@redial/store';

/** The places a call needs on one PBX: one on the PBX itself, and one on a trunk for each leg that uses it. Pure. */
export function lanesFor(call: Call, pbxName: string, { pbxs, trunks }: Configuration): LaneRequest[] {
  const pbx = pbxs.find((p) => p.name === pbxName);
  if (pbx === undefined) throw new RangeError(`there is no PBX ${pbxName}`);
  const legs = trunksOf(call.request.dial1, call.request.dial2);
  const used = trunks.filter((trunk) => legs.includes(trunk.name));
  return [
    lane(`pbx.${pbx.name}`, 1, pbx),
    ...used.map((trunk) => lane(`trunk.${trunk.name}`, legs.filter((name) => name === trunk.name).length, trunk)),
  ];
}

/** A lane that could not carry the call even if it were empty: both legs on a trunk of one call. */
export function laneThatNeverFits(lanes: readonly LaneRequest[]): LaneRequest | undefined {
  return lanes.find((lane) => lane.places > lane.maxCalls);
}

function lane(name: string, places: number, limits: { maxCalls: number; maxCallsPerSecond: number }): LaneRequest {
  return { lane: name, places, maxCalls: limits.maxCalls, maxCallsPerSecond: limits.maxCallsPerSecond };
}
