import {
  type Call,
  type Destination,
  extensionLimit,
  hasExtension,
  type LegLimits,
  numberLimit,
  outsideNumberOf,
  pbxLimit,
  type Tenant,
  trunkLimit,
} from '@redial/call';
import type { Configuration } from '@redial/configuration';
import { shortHash } from '@redial/platform';
import type { LimitRequest } from '@redial/store';

interface Capacity {
  readonly maxCalls: number;
  /** Absent: it has no pace. */
  readonly maxCallsPerSecond?: number;
}

/** What a call takes permits on, whichever PBX dials it. */
export interface CallLimits {
  /** Each limit once, with one permit for each leg that uses it. */
  readonly requests: readonly LimitRequest[];
  /** The limits of each leg: a leg's permits are free when its last channel has ended. */
  readonly legs: LegLimits;
}

/** Pure. */
export function limitsOfCall(
  { request: { dial1, dial2 }, tenantId }: Call,
  { trunks, tenants }: Pick<Configuration, 'trunks' | 'tenants'>,
): CallLimits {
  const tenant = tenants.find(({ id }) => id === tenantId);
  const limitsOf = (leg: Destination) => [...limitsOfTrunk(leg, trunks), ...limitsOfPhone(leg, tenantId, tenant)];
  const legs = { dial1: limitsOf(dial1), dial2: limitsOf(dial2) };
  const both = [...legs.dial1, ...legs.dial2];
  const names = [...new Set(both.map(({ limit }) => limit))];
  return {
    requests: names.map((name) => {
      const users = both.filter(({ limit }) => limit === name);
      return limitRequest(name, users.length, (users[0] as LegLimit).capacity);
    }),
    legs: { dial1: legs.dial1.map(({ limit }) => limit), dial2: legs.dial2.map(({ limit }) => limit) },
  };
}

/** A PBX is a limit too. Pure. */
export function limitOfPbx(name: string, { pbxs }: Configuration): LimitRequest {
  const pbx = pbxs.find((each) => each.name === name);
  if (pbx === undefined) throw new RangeError(`there is no PBX ${name}`);
  return limitRequest(pbxLimit(name), 1, pbx);
}

/** A limit that could not carry the call even if no other call used it: both legs on a trunk of one call. */
export function limitThatNeverFits({ requests }: CallLimits): LimitRequest | undefined {
  return requests.find(({ permits, maxCalls }) => permits > maxCalls);
}

/** A limit on which one leg takes one permit. */
interface LegLimit {
  readonly limit: string;
  readonly capacity: Capacity;
}

function limitsOfTrunk(leg: Destination, trunks: Configuration['trunks']): LegLimit[] {
  const trunk = leg.kind === 'number' ? trunks.find(({ name }) => name === leg.trunk) : undefined;
  return trunk === undefined ? [] : [{ limit: trunkLimit(trunk.name), capacity: trunk }];
}

/** A service (a queue, a ring group, a message) has no limit: it is many phones, or none. */
function limitsOfPhone(leg: Destination, tenantId: string, tenant: Tenant | undefined): LegLimit[] {
  const number = outsideNumberOf(leg);
  if (number !== undefined)
    return [{ limit: numberLimit(shortHash(`${tenantId} ${number}`)), capacity: { maxCalls: 1 } }];
  const extension = tenant && extensionOf(leg, tenant);
  if (tenant === undefined || extension === undefined) return [];
  const { maxCalls, limits } = tenant.extensions;
  return [
    { limit: extensionLimit(tenantId, extension), capacity: { maxCalls: limits[extension]?.maxCalls ?? maxCalls } },
  ];
}

/** A context of the PBX can be the way to an extension, too. */
function extensionOf(leg: Destination, tenant: Tenant): string | undefined {
  if (leg.kind === 'extension') return leg.extension;
  return leg.kind === 'context' && hasExtension(tenant, leg.exten) ? leg.exten : undefined;
}

function limitRequest(name: string, permits: number, { maxCalls, maxCallsPerSecond }: Capacity): LimitRequest {
  return { limit: name, permits, maxCalls, ...(maxCallsPerSecond !== undefined && { maxCallsPerSecond }) };
}
