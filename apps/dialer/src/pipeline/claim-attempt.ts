import { type AttemptPlan, type AttemptRecord, type Call, dayOf, numbersOf, stepCall, type Tenant } from '@redial/call';
import { keepTrying } from '@redial/platform';
import type { DayCap, Versioned } from '@redial/store';
import { type GrantedPermits, startHorizonMs } from './acquire-permits.ts';
import { askGatesAgain } from './ask-gates.ts';
import { type Dialing, type DialJobDependencies, type JobRun, newClaim, type Try } from './dialing.ts';
import { legLimitsOf } from './limits-of-call.ts';
import { originate } from './originate.ts';

/** A start that is further ahead than this was granted before the clock was put back: by no two hosts' clocks is it due later than the horizon. */
const startAheadMaxMs = startHorizonMs + 10_000;

export interface Start {
  readonly plan: AttemptPlan;
  readonly permits: GrantedPermits;
  readonly run: JobRun;
}

/** Waits for the granted moment, takes the claim, originates. */
export async function claimAttempt(
  dependencies: Dialing,
  call: Versioned<Call>,
  tenant: Tenant,
  { plan, permits, run }: Start,
): Promise<Try> {
  const { store, clock, pbxs, waitUntil } = dependencies;
  if (permits.startAt > clock.now() + startAheadMaxMs) {
    return { type: 'later', at: clock.now(), note: 'the clock was put back; its permits are asked for again' };
  }
  if (permits.startAt > clock.now() && !(await waitUntil(permits.startAt))) {
    return { type: 'later', at: clock.now(), note: 'this dialer is stopping; another one takes it' };
  }
  // This host may have slept, and others have taken them since.
  if (clock.now() > permits.until) return 'lost_race';
  // A window may have closed meanwhile.
  if (askGatesAgain(dependencies, call.value).decision !== 'allow') return 'lost_race';
  const { pbx, slot } = permits;
  const pbxStartedAt = pbxs.get(pbx)?.pbx.pbxStartedAt;
  if (pbxStartedAt === undefined) return 'lost_race';

  const limits = permits.limits.map((l) => l.limit);
  const legLimits = legLimitsOf(call.value, dependencies.configuration);
  const cap = capOf(tenant, call.value, clock.now());
  const counted = cap && { countedOn: cap.day };
  const facts = {
    plan,
    pbx,
    pbxStartedAt: pbxStartedAt,
    slot,
    limits,
    legLimits,
    originatedAt: clock.now(),
    claimedBy: newClaim(run),
    ...counted,
  };
  const { dialing, attempt } = attemptOf(call.value, facts);
  dependencies.atClaim.add(run.mark);
  try {
    const claimed = await store.claim(call, dialing, attempt, cap);
    if (!claimed.ok) return 'lost_race';
  } catch (error) {
    return unanswered(dependencies, attempt, error);
  }
  return originate(dependencies, dialing, attempt);
}

/** Redis failed at the claim, which may hold or not: waits until it can be asked. */
async function unanswered(
  { store, logger, stopping }: DialJobDependencies,
  { id: attemptId, callId }: AttemptRecord,
  error: unknown,
): Promise<'claim_unanswered'> {
  logger.warn(
    { callId, attemptId, error },
    'whether the claim was taken is not known; the record is read when Redis is back',
  );
  await keepTrying(() => store.ping(), { signal: stopping, maxDelayMs: 500, onError: () => undefined });
  return 'claim_unanswered';
}

/** What the claim counts towards the numbers' day, and refuses to count beyond. */
function capOf(tenant: Tenant, call: Call, now: number): DayCap | undefined {
  const max = tenant.caps.attemptsPerNumberPerDay;
  const { callsPerDay: tenantMax, minutesPerDay } = tenant.quotas;
  if (max === undefined && tenantMax === undefined && minutesPerDay === undefined) return undefined;
  return {
    tenantId: tenant.id,
    day: dayOf(now, tenant.timeZone),
    // Counted whatever is limited: what never rang is taken off again, and a limit may be set while the day lasts.
    numbers: numbersOf(call),
    ...(max !== undefined && { max }),
    ...(tenantMax !== undefined && { tenantMax }),
    ...(minutesPerDay !== undefined && { talkSecondsMax: minutesPerDay * 60 }),
  };
}

/** The call as it will be once the claim is taken, and the attempt's record. */
function attemptOf(
  call: Call,
  facts: Pick<
    AttemptRecord,
    'plan' | 'pbx' | 'pbxStartedAt' | 'slot' | 'limits' | 'legLimits' | 'originatedAt' | 'claimedBy' | 'countedOn'
  >,
): { readonly dialing: Call; readonly attempt: AttemptRecord } {
  const { state, id: callId, tenantId, request } = call;
  if (!('dueAt' in state)) throw new RangeError(`call ${callId} has no planned attempt: it is ${state.status}`);
  const { attemptId, attemptNumber, dueAt } = state;
  const at = facts.originatedAt;
  const queued = stepCall(call, { type: 'due', attemptId, at }).call;
  const dialing = stepCall(queued, { type: 'dial', attemptId, at }).call;
  const awaited = request.outcomeAwaited && { awaited: true as const };
  return { dialing, attempt: { id: attemptId, callId, tenantId, attemptNumber, dueAt, ...facts, ...awaited } };
}
