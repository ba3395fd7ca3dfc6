import {
  type AttemptPlan,
  type Call,
  channelOf,
  type Destination,
  isLocalChannel,
  type LegKind,
  longestTalkSeconds,
  type Tenant,
  type TrunkConfiguration,
} from '@redial/call';

/**
 * How long each part of the call may take, the tenant's longest call where the request names no limit; and what
 * each leg is rung through. Pure. Throws RangeError for a trunk or a service that is no longer configured.
 */
export function planOf({ request }: Call, tenant: Tenant, trunks: readonly TrunkConfiguration[]): AttemptPlan {
  const kindOf = (leg: Destination) => legKind(leg, channelOf(leg, tenant, trunks));
  const legs = { dial1: kindOf(request.dial1), dial2: kindOf(request.dial2) };
  return {
    dial1RingTimeoutMs: request.dial1RingTimeoutSeconds * 1000,
    dial2RingTimeoutMs: request.dial2RingTimeoutSeconds * 1000,
    talkLimitMs:
      Math.min(request.talkLimitSeconds ?? tenant.defaults.talkLimitSeconds, longestTalkSeconds(tenant)) * 1000,
    ...(Object.values(legs).includes('dialplan') && { viaLocalChannel: true }),
    legs,
  };
}

/** A service with a channel of its own is a phone; what a context routes, the dialplan rings. */
function legKind(destination: Destination, channel: string): LegKind {
  if (isLocalChannel(channel)) return 'dialplan';
  return destination.kind === 'number' ? 'trunk' : 'extension';
}
