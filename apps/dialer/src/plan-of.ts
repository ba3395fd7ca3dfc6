import {
  type AttemptPlan,
  type Call,
  channelOf,
  isLocalChannel,
  type Tenant,
  type TrunkConfiguration,
} from '@redial/call';

/**
 * How long each part of the call may take, the tenant's longest call where the request names no limit; and whether the PBX's own dialplan
 * rings a leg. Pure. Throws RangeError for a trunk or a service that is no longer configured.
 */
export function planOf({ request }: Call, tenant: Tenant, trunks: readonly TrunkConfiguration[]): AttemptPlan {
  const legs = [request.dial1, request.dial2].map((leg) => channelOf(leg, tenant, trunks));
  return {
    dial1RingTimeoutMs: request.dial1RingTimeoutSeconds * 1000,
    dial2RingTimeoutMs: request.dial2RingTimeoutSeconds * 1000,
    talkLimitMs: (request.talkLimitSeconds ?? tenant.defaults.talkLimitSeconds) * 1000,
    ...(legs.some(isLocalChannel) && { throughDialplan: true }),
  };
}
