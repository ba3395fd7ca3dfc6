import { createHash } from 'node:crypto';
import {
  type Call,
  type Configuration,
  type Destination,
  hasExtension,
  type LegLimits,
  outsideNumberOf,
} from '@redial/call';
import type { LimitRequest } from '@redial/store';
import { tenantOf } from './dialing.ts';

interface Capacity {
  readonly maxCalls: number;
  /** Absent: it has no pace. */
  readonly maxCallsPerSecond?: number;
}

/** What a limit stands for. There are few trunks and PBXs, and as many extensions and numbers as there are people: those name no metric. */
export type LimitKind = 'pbx' | 'trunk' | 'extension' | 'number';

/** A limit of which one leg takes one permit. */
interface LegLimit {
  readonly limit: string;
  readonly capacity: Capacity;
}

/**
 * What one leg takes permits of: the phone that it rings, be it an extension's or an outside number's, and a number's trunk. A service (a queue,
 * a ring group, a message) is many phones or none. They are free when that leg's last channel has ended, whatever becomes of the other one. Pure.
 */
function limitsOfLeg(leg: Destination, { tenantId }: Call, configuration: Configuration): LegLimit[] {
  const trunk = leg.kind === 'number' ? configuration.trunks.find(({ name }) => name === leg.trunk) : undefined;
  return [
    ...(trunk === undefined ? [] : [{ limit: `trunk.${trunk.name}`, capacity: trunk }]),
    ...phoneOf(leg, tenantId, configuration),
  ];
}

function phoneOf(leg: Destination, tenantId: string, configuration: Configuration): LegLimit[] {
  const number = outsideNumberOf(leg);
  // Whose number it is, no key may tell.
  if (number !== undefined) return [{ limit: `number.${hashOf(`${tenantId} ${number}`)}`, capacity: { maxCalls: 1 } }];
  const extension = extensionOf(leg, tenantId, configuration);
  const tenant = tenantOf(configuration, { tenantId });
  if (extension === undefined || tenant === undefined) return [];
  const { maxCalls, limits } = tenant.extensions;
  return [
    { limit: `extension.${tenantId}.${extension}`, capacity: { maxCalls: limits[extension]?.maxCalls ?? maxCalls } },
  ];
}

/** However it is routed: a context of the PBX may be the way to an extension too. */
function extensionOf(leg: Destination, tenantId: string, configuration: Configuration): string | undefined {
  if (leg.kind === 'extension') return leg.extension;
  const tenant = tenantOf(configuration, { tenantId });
  return leg.kind === 'context' && tenant !== undefined && hasExtension(tenant, leg.exten) ? leg.exten : undefined;
}

/** The permits a call needs on one PBX: one on the PBX itself, as long as the call has a channel, and those of each leg. Pure. */
export function limitsFor(call: Call, pbxName: string, configuration: Configuration): LimitRequest[] {
  const pbx = configuration.pbxs.find((p) => p.name === pbxName);
  if (pbx === undefined) throw new RangeError(`there is no PBX ${pbxName}`);
  const legs = [call.request.dial1, call.request.dial2].flatMap((leg) => limitsOfLeg(leg, call, configuration));
  const names = [...new Set(legs.map(({ limit }) => limit))];
  return [
    limit(`pbx.${pbx.name}`, 1, pbx),
    ...names.map((name) => {
      const users = legs.filter((leg) => leg.limit === name);
      return limit(name, users.length, (users[0] as LegLimit).capacity);
    }),
  ];
}

/** Which of them are whose. Pure. */
export function legLimitsOf(call: Call, configuration: Configuration): LegLimits {
  const names = (leg: Destination) => limitsOfLeg(leg, call, configuration).map(({ limit }) => limit);
  return { dial1: names(call.request.dial1), dial2: names(call.request.dial2) };
}

/** A limit that could not carry the call even if it were empty: both legs on a trunk of one call. */
export function limitThatNeverFits(limits: readonly LimitRequest[]): LimitRequest | undefined {
  return limits.find((limit) => limit.permits > limit.maxCalls);
}

export function kindOfLimit(limit: string): LimitKind {
  return limit.split('.')[0] as LimitKind;
}

function limit(name: string, permits: number, { maxCalls, maxCallsPerSecond }: Capacity): LimitRequest {
  return { limit: name, permits, maxCalls, ...(maxCallsPerSecond !== undefined && { maxCallsPerSecond }) };
}

/** 128 bits: no collision to be feared. */
function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
