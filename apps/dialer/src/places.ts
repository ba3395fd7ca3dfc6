import type { Call, Configuration, Destination, LegLanes } from '@redial/call';
import type { LaneRequest } from '@redial/store';

interface Limits {
  readonly maxCalls: number;
  readonly maxCallsPerSecond: number;
}

/** A lane of which one leg takes one place. */
interface LegLane {
  readonly lane: string;
  readonly limits: Limits;
}

/** What one leg takes places of: a number's trunk. They are free when that leg's last channel has ended, whatever becomes of the other one. Pure. */
function lanesOfLeg(leg: Destination, { trunks }: Configuration): LegLane[] {
  const trunk = leg.kind === 'number' ? trunks.find(({ name }) => name === leg.trunk) : undefined;
  return trunk === undefined ? [] : [{ lane: `trunk.${trunk.name}`, limits: trunk }];
}

/** The places a call needs on one PBX: one on the PBX itself, as long as the call has a channel, and those of each leg. Pure. */
export function lanesFor(call: Call, pbxName: string, configuration: Configuration): LaneRequest[] {
  const pbx = configuration.pbxs.find((p) => p.name === pbxName);
  if (pbx === undefined) throw new RangeError(`there is no PBX ${pbxName}`);
  const legs = [call.request.dial1, call.request.dial2].flatMap((leg) => lanesOfLeg(leg, configuration));
  const names = [...new Set(legs.map(({ lane }) => lane))];
  return [
    lane(`pbx.${pbx.name}`, 1, pbx),
    ...names.map((name) => {
      const users = legs.filter((leg) => leg.lane === name);
      return lane(name, users.length, (users[0] as LegLane).limits);
    }),
  ];
}

/** Which of them are whose. Pure. */
export function legLanesOf({ request }: Call, configuration: Configuration): LegLanes {
  const names = (leg: Destination) => lanesOfLeg(leg, configuration).map(({ lane }) => lane);
  return { dial1: names(request.dial1), dial2: names(request.dial2) };
}

/** A lane that could not carry the call even if it were empty: both legs on a trunk of one call. */
export function laneThatNeverFits(lanes: readonly LaneRequest[]): LaneRequest | undefined {
  return lanes.find((lane) => lane.places > lane.maxCalls);
}

function lane(name: string, places: number, limits: Limits): LaneRequest {
  return { lane: name, places, maxCalls: limits.maxCalls, maxCallsPerSecond: limits.maxCallsPerSecond };
}
