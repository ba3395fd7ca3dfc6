import { type AttemptRecord, type Call, dayOf, numbersOf, stepCall, type Tenant } from '@redial/call';
import { keepTrying } from '@redial/platform';
import type { DayCap } from '@redial/store';
import type { ClaimedAttempt, DialContext, HeldPermits, JobRun } from './dial-context.ts';
import { type DialResult, readAgain } from './dial-result.ts';
import type { PreparedCall } from './prepare-order.ts';

/**
 * Writes the claim: the call becomes `dialing`, and the attempt's record is created. From now on only this run may
 * originate the attempt.
 *
 * A claim whose answer is lost may have been written. Until the records are read again, the permits stay with it, and
 * no other run of this dialer takes the attempt on.
 */
export async function claimAttempt(
  context: DialContext,
  prepared: PreparedCall,
  permits: HeldPermits,
  run: JobRun,
): Promise<ClaimedAttempt | DialResult> {
  const { store, clock, pbxs, pendingClaims } = context;
  const { call, attemptId, attemptNumber, dueAt, tenant, plan, limits, order } = prepared;
  const { id: callId, tenantId, request } = call.value;
  const { pbx, slot } = permits;
  const pbxStartedAt = pbxs.get(pbx)?.pbx.pbxStartedAt;
  if (pbxStartedAt === undefined) return readAgain(`the PBX ${pbx} is down`);

  const at = clock.now();
  const cap = dayCapOf(tenant, call.value, at);
  const claimedBy = `${run.mark}.${run.claims.size + 1}`;
  const attempt: AttemptRecord = {
    ...{ id: attemptId, callId, tenantId, attemptNumber, dueAt, plan, pbx, pbxStartedAt, slot },
    limits: permits.limits,
    legLimits: limits.legs,
    originatedAt: at,
    claimedBy,
    ...(cap && { countedOn: cap.day }),
    ...(request.outcomeAwaited && { awaited: true as const }),
  };
  const dialing = dialingCall(call.value, attemptId, at);
  const claimed: ClaimedAttempt = { call: dialing, attempt, order: { ...order, slot }, permits };

  run.claims.set(claimedBy, claimed.order);
  pendingClaims.add(claimedBy);
  permits.areClaimed = true;
  try {
    const written = await store.claim(call, dialing, attempt, cap);
    if (written.ok) return claimed;
  } catch (error) {
    return unanswered(context, attempt, error);
  }
  permits.areClaimed = false;
  return readAgain('another process has written the call, or the number has had its attempts for today');
}

/** Waits until Redis answers again. */
async function unanswered(
  { store, logger, stopping }: DialContext,
  { id: attemptId, callId }: AttemptRecord,
  error: unknown,
): Promise<DialResult> {
  logger.warn(
    { callId, attemptId, error },
    'whether the claim was taken is not known; the record is read when Redis is back',
  );
  await keepTrying(() => store.ping(), { signal: stopping, maxDelayMs: 500, onError: () => undefined });
  return readAgain('whether the claim was taken is not known');
}

/** Which counts of the day the claim adds to, and at which count it is refused. */
function dayCapOf(tenant: Tenant, call: Call, now: number): DayCap | undefined {
  const max = tenant.caps.attemptsPerNumberPerDay;
  const { callsPerDay: tenantMax, minutesPerDay } = tenant.quotas;
  if (max === undefined && tenantMax === undefined && minutesPerDay === undefined) return undefined;
  return {
    tenantId: tenant.id,
    day: dayOf(now, tenant.timeZone),
    // All numbers are counted, whether limited or not: the tenant may set a limit during the day. An attempt that never
    // rang is subtracted again.
    numbers: numbersOf(call),
    ...(max !== undefined && { max }),
    ...(tenantMax !== undefined && { tenantMax }),
    ...(minutesPerDay !== undefined && { talkSecondsMax: minutesPerDay * 60 }),
  };
}

function dialingCall(call: Call, attemptId: AttemptRecord['id'], at: number): Call {
  const queued = stepCall(call, { type: 'due', attemptId, at }).call;
  return stepCall(queued, { type: 'dial', attemptId, at }).call;
}
