import { type OriginateOrder, originateAction } from '@redial/asterisk';
import {
  type AttemptRecord,
  type Call,
  channelOf,
  type Destination,
  hasExtension,
  recordingFile,
  serviceOf,
  type Tenant,
  type TrunkConfiguration,
} from '@redial/call';

/**
 * A call and its attempt → everything Asterisk needs to dial it. Pure. Throws RangeError for a trunk or a service that is no longer configured:
 * whoever dials has asked before.
 */
export function originateOrder(
  call: Call,
  { id: attemptId, slot, plan }: Pick<AttemptRecord, 'id' | 'slot' | 'plan'>,
  tenant: Tenant,
  trunks: readonly TrunkConfiguration[],
): OriginateOrder {
  const { request } = call;
  const { dial1RingTimeoutMs, dial2RingTimeoutMs, talkLimitMs } = plan;
  const dial1CallerId = request.dial1CallerId ?? request.callerId;
  const message = messageOf(request.dial1, tenant, trunks) ?? messageOf(request.dial2, tenant, trunks);
  return {
    attemptId,
    slot,
    dial1Channel: channelOf(request.dial1, tenant, trunks),
    dial2Channel: channelOf(request.dial2, tenant, trunks),
    ...(dial1CallerId !== undefined && { dial1CallerId }),
    ...(request.dial1CallerName !== undefined && { dial1CallerName: request.dial1CallerName }),
    ...(request.callerId !== undefined && { dial2CallerId: request.callerId }),
    ...autoAnswerOf(request, tenant),
    dial1RingTimeoutMs,
    dial2RingTimeoutMs,
    talkLimitMs,
    ...(request.recording && { recordingFile: recordingFile(attemptId, request.recording.under) }),
    ...(message && { message }),
    ...(request.outcomeAwaited && { tellsDial2: true }),
    variables: request.variables,
    headers: request.headers,
  };
}

/**
 * Why Asterisk could never be told to dial this, in a sentence that names the field; undefined: it can. The same action is built as for the
 * Originate itself, so that nothing is found wrong once an attempt has begun. The slot is the longest there is.
 */
export function whyNotSayable(
  call: Call,
  attempt: Pick<AttemptRecord, 'id' | 'plan'>,
  tenant: Tenant,
  trunks: readonly TrunkConfiguration[],
): string | undefined {
  const built = originateAction(originateOrder(call, { ...attempt, slot: 99_999 }, tenant, trunks));
  return built.ok ? undefined : built.message;
}

/** An extension of the tenant's alone is its own phone; the setting may have gone since the call was accepted. */
function autoAnswerOf(
  { dial1, dial1AutoAnswer }: Call['request'],
  { extensions: { autoAnswer } }: Tenant,
): Pick<OriginateOrder, 'dial1AutoAnswer'> {
  const asked = dial1AutoAnswer === true && dial1.kind === 'extension' && autoAnswer !== undefined;
  return asked ? { dial1AutoAnswer: autoAnswer.header } : {};
}

/** What Redial's own context plays as this leg; a message that has the operator's channel is played by the PBX itself. */
function messageOf(
  destination: Destination,
  tenant: Tenant,
  trunks: readonly TrunkConfiguration[],
): OriginateOrder['message'] {
  if (destination.kind !== 'service') return undefined;
  const service = serviceOf(destination.service, tenant);
  if (service.kind !== 'message' || service.sound === undefined) return undefined;
  const { sound, waitSeconds, keys = {} } = service;
  // As in a request: an extension wins over a service of the same name.
  const rung = (target: string): Destination =>
    hasExtension(tenant, target) ? { kind: 'extension', extension: target } : { kind: 'service', service: target };
  const channels = Object.entries(keys).map(([key, target]) => [key, channelOf(rung(target), tenant, trunks)] as const);
  return { sound, keys: Object.fromEntries(channels), waitSeconds };
}
