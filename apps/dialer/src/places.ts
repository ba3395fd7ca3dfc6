import { createHash } from 'node:crypto';
import {
  type Call,
  type Configuration,
  type Destination,
  hasExtension,
  type LegLanes,
  outsideNumberOf,
} from '@redial/call';
import type { LaneRequest } from '@redial/store';
import { tenantOf } from './dialing.ts';

interface Limits {
  readonly maxCalls: number;
  /** Absent: it has no pace. */
  readonly maxCallsPerSecond?: number;
}

/** What a lane stands for. There are few trunks and PBXs, and as many extensions and numbers as there are people: those name no metric. */
export type LaneKind = 'pbx' | 'trunk' | 'extension' | 'number';

/** A lane of which one leg takes one place. */
interface LegLane {
  readonly lane: string;
  readonly limits: Limits;
}

/**
 * What one leg takes places of: the phone that it rings, be it an extension's or an outside number's, and a number's trunk. A service (a queue,
 * a ring group, a message) is many phones or none. They are free when that leg's last channel has ended, whatever becomes of the other one. Pure.
 */
function lanesOfLeg(leg: Destination, { tenantId }: Call, configuration: Configuration): LegLane[] {
  const trunk = leg.kind === 'number' ? configuration.trunks.find(({ name }) => name === leg.trunk) : undefined;
  return [
    ...(trunk === undefined ? [] : [{ lane: `trunk.${trunk.name}`, limits: trunk }]),
    ...phoneOf(leg, tenantId, configuration),
  ];
}

function phoneOf(leg: Destination, tenantId: string, configuration: Configuration): LegLane[] {
  const number = outsideNumberOf(leg);
  // Whose number it is, no key may tell.
  if (number !== undefined) return [{ lane: `number.${hashOf(`${tenantId} ${number}`)}`, limits: { maxCalls: 1 } }];
  const extension = extensionOf(leg, tenantId, configuration);
  const tenant = tenantOf(configuration, { tenantId });
  if (extension === undefined || tenant === undefined) return [];
  const { maxCalls, limits } = tenant.extensions;
  return [
    { lane: `extension.${tenantId}.${extension}`, limits: { maxCalls: limits[extension]?.maxCalls ?? maxCalls } },
  ];
}

/** However it is routed: a context of the PBX may be the way to an extension too. */
function extensionOf(leg: Destination, tenantId: string, configuration: Configuration): string | undefined {
  if (leg.kind === 'extension') return leg.extension;
  const tenant = tenantOf(configuration, { tenantId });
  return leg.kind === 'context' && tenant !== undefined && hasExtension(tenant, leg.exten) ? leg.exten : undefined;
}

/** The places a call needs on one PBX: one on the PBX itself, as long as the call has a channel, and those of each leg. Pure. */
export function lanesFor(call: Call, pbxName: string, configuration: Configuration): LaneRequest[] {
  const pbx = configuration.pbxs.find((p) => p.name === pbxName);
  if (pbx === undefined) throw new RangeError(`there is no PBX ${pbxName}`);
  const legs = [call.request.dial1, call.request.dial2].flatMap((leg) => lanesOfLeg(leg, call, configuration));
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
export function legLanesOf(call: Call, configuration: Configuration): LegLanes {
  const names = (leg: Destination) => lanesOfLeg(leg, call, configuration).map(({ lane }) => lane);
  return { dial1: names(call.request.dial1), dial2: names(call.request.dial2) };
}

/** A lane that could not carry the call even if it were empty: both legs on a trunk of one call. */
export function laneThatNeverFits(lanes: readonly LaneRequest[]): LaneRequest | undefined {
  return lanes.find((lane) => lane.places > lane.maxCalls);
}

export function kindOfLane(lane: string): LaneKind {
  return lane.split('.')[0] as LaneKind;
}

function lane(name: string, places: number, { maxCalls, maxCallsPerSecond }: Limits): LaneRequest {
  return { lane: name, places, maxCalls, ...(maxCallsPerSecond !== undefined && { maxCallsPerSecond }) };
}

/** 128 bits: no collision to be feared. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
