import type { OriginateOrder } from '@redial/asterisk';
import { type AttemptRecord, type Call, channelOf, type Tenant, type TrunkConfiguration } from '@redial/call';

/** A call and its fenced attempt → everything Asterisk needs to dial it. Pure. */
export function originateOrder(
  call: Call,
  attempt: AttemptRecord,
  tenant: Tenant,
  trunks: readonly TrunkConfiguration[],
): OriginateOrder {
  const { request } = call;
  const dial1CallerId = request.dial1CallerId ?? request.callerId;
  return {
    attemptId: attempt.id,
    slot: attempt.slot,
    dial1Channel: channelOf(request.dial1, tenant, trunks),
    dial2Channel: channelOf(request.dial2, tenant, trunks),
    ...(dial1CallerId !== undefined && { dial1CallerId }),
    ...(request.callerId !== undefined && { dial2CallerId: request.callerId }),
    ...attempt.plan,
    variables: request.variables,
    headers: request.headers,
  };
}
