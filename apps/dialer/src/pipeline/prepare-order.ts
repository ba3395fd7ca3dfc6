import { channelOf, isLocalChannel, type OriginateOrder, originateAction } from '@redial/asterisk';
import {
  type AttemptId,
  type AttemptPlan,
  type Call,
  type Destination,
  hasExtension,
  type LegKind,
  longestTalkSeconds,
  recordingFile,
  serviceOf,
} from '@redial/call';
import type { TenantConfiguration, TrunkConfiguration } from '@redial/configuration';
import type { CallWithPbxs } from './choose-pbx.ts';
import { failCall } from './close-gate.ts';
import type { DialContext } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';

/** How long each part of the attempt may take, and what Asterisk has to do. Both are made once, here. */
export interface PreparedCall extends CallWithPbxs {
  readonly plan: AttemptPlan;
  /** The slot comes with the permits. */
  readonly order: OrderWithoutSlot;
}

type OrderWithoutSlot = Omit<OriginateOrder, 'slot'>;

const longestSlot = 99_999;

/**
 * Makes the order, and its AMI action as a trial. An order that Asterisk cannot express fails the call here, before
 * anything is acquired for it. It must use up no attempt, and the next try would be refused too.
 */
export async function prepareOrder(context: DialContext, chosen: CallWithPbxs): Promise<PreparedCall | DialResult> {
  const { call, attemptId, tenant } = chosen;
  const { plan, order } = originateOrder(call.value, attemptId, tenant, context.configuration.trunks);
  const trial = originateAction({ ...order, slot: longestSlot });
  if (!trial.ok) return failCall(context, chosen, `it cannot be dialled: ${trial.message}`);
  return { ...chosen, plan, order };
}

/**
 * A call → the plan of its attempt, and everything that Asterisk needs to dial it. Pure. Throws RangeError for a trunk
 * or a service that is no longer configured: the gates `destination` and `pbx` have found those before.
 */
export function originateOrder(
  { request }: Call,
  attemptId: AttemptId,
  tenant: TenantConfiguration,
  trunks: readonly TrunkConfiguration[],
): { readonly plan: AttemptPlan; readonly order: OrderWithoutSlot } {
  const dial1Channel = channelOf(request.dial1, tenant, trunks);
  const dial2Channel = channelOf(request.dial2, tenant, trunks);
  const plan = planOf(request, tenant, {
    dial1: legKind(request.dial1, dial1Channel),
    dial2: legKind(request.dial2, dial2Channel),
  });
  const { dial1RingTimeoutMs, dial2RingTimeoutMs, talkLimitMs } = plan;
  const dial1CallerId = request.dial1CallerId ?? request.callerId;
  const announcement = announcementOf(request.dial1, tenant, trunks) ?? announcementOf(request.dial2, tenant, trunks);
  const order: OrderWithoutSlot = {
    attemptId,
    dial1Channel,
    dial2Channel,
    ...(dial1CallerId !== undefined && { dial1CallerId }),
    ...(request.dial1CallerName !== undefined && { dial1CallerName: request.dial1CallerName }),
    ...(request.callerId !== undefined && { dial2CallerId: request.callerId }),
    ...autoAnswerOf(request, tenant),
    dial1RingTimeoutMs,
    dial2RingTimeoutMs,
    talkLimitMs,
    ...(request.recording && { recordingFile: recordingFile(attemptId, request.recording.under) }),
    ...(announcement && { announcement }),
    ...(request.outcomeAwaited && { reportsDial2: true }),
    variables: request.variables,
    headers: request.headers,
  };
  return { plan, order };
}

/** How long each part may take: as the request states, and no longer than the tenant's longest call. */
function planOf(
  request: Call['request'],
  tenant: TenantConfiguration,
  legs: { readonly dial1: LegKind; readonly dial2: LegKind },
): AttemptPlan {
  const talkLimitSeconds = request.talkLimitSeconds ?? tenant.defaults.talkLimitSeconds;
  return {
    dial1RingTimeoutMs: request.dial1RingTimeoutSeconds * 1000,
    dial2RingTimeoutMs: request.dial2RingTimeoutSeconds * 1000,
    talkLimitMs: Math.min(talkLimitSeconds, longestTalkSeconds(tenant)) * 1000,
    ...(Object.values(legs).includes('dialplan') && { viaLocalChannel: true }),
    legs,
  };
}

/** A service with a channel of its own is a phone. The dialplan rings what a context routes. */
function legKind(destination: Destination, channel: string): LegKind {
  if (isLocalChannel(channel)) return 'dialplan';
  return destination.kind === 'number' ? 'trunk' : 'extension';
}

/** Only a tenant's own extension answers by itself. The setting may have been removed since the call was accepted. */
function autoAnswerOf(
  { dial1, dial1AutoAnswer }: Call['request'],
  { extensions: { autoAnswer } }: TenantConfiguration,
): Pick<OriginateOrder, 'dial1AutoAnswer'> {
  const isRequested = dial1AutoAnswer === true && dial1.kind === 'extension' && autoAnswer !== undefined;
  return isRequested ? { dial1AutoAnswer: autoAnswer.header } : {};
}

/**
 * What Redial's own context plays as this leg. An announcement that has a channel of the operator's is played by the
 * PBX itself.
 */
function announcementOf(
  destination: Destination,
  tenant: TenantConfiguration,
  trunks: readonly TrunkConfiguration[],
): OriginateOrder['announcement'] {
  if (destination.kind !== 'service') return undefined;
  const service = serviceOf(destination.service, tenant);
  if (service.kind !== 'announcement' || service.sound === undefined) return undefined;
  const { sound, waitSeconds, dtmf = {} } = service;
  // As in a request: an extension wins over a service of the same name.
  const destinationOf = (target: string): Destination =>
    hasExtension(tenant, target) ? { kind: 'extension', extension: target } : { kind: 'service', service: target };
  const channels = Object.entries(dtmf).map(
    ([digit, target]) => [digit, channelOf(destinationOf(target), tenant, trunks)] as const,
  );
  return { sound, dtmf: Object.fromEntries(channels), waitSeconds };
}
