import { recheckGates } from './check-gates.ts';
import type { ClaimedAttempt, DialContext, PbxTracking } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';
import { notSent, type Obstacle } from './report-not-sent.ts';

/**
 * The longest time from a claim to its Originate: this host may have slept, or its clock been put forward. Other
 * processes give the attempt up when its ring timeout and `originateMarginMs` have passed. Half of that margin is left
 * for the way to the PBX.
 */
const claimAgeMaxMs = 5_000;

/** Sends the Originate, and waits for dial1's outcome. The attempt's end gives its permits back. */
export async function originate(context: DialContext, claimed: ClaimedAttempt): Promise<DialResult> {
  const { clock, pbxs, pendingClaims, metrics, logger } = context;
  const { attempt, order } = claimed;
  const { id: attemptId, callId, pbx, attemptNumber, dueAt } = attempt;
  // From here to the watch nothing is waited for, so what is checked here still holds when the Originate is sent.
  pendingClaims.delete(attempt.claimedBy);
  const at = clock.now();
  const obstacle = obstacles.map((find) => find(context, claimed, at)).find((found) => found !== undefined);
  if (obstacle !== undefined) return notSent(context, attempt, obstacle);
  // The PBX was chosen among those that are configured.
  const { watch, remember } = pbxs.get(pbx) as PbxTracking;
  watch.originate(remember(attempt), order);
  metrics.originated(at - dueAt);
  logger.info({ callId, attemptId, pbx, attemptNumber }, 'originated');
  return { result: 'originated', note: `dial1: ${await watch.dial1Outcome(attemptId)}` };
}

type FindObstacle = (context: DialContext, claimed: ClaimedAttempt, at: number) => Obstacle | undefined;

/**
 * What may have come between the claim and the Originate. The first one that is found is reported; a cancel counts
 * most, because it ends the call.
 */
const obstacles: readonly FindObstacle[] = [canceled, late, pbxRestarted, gateClosed];

/** The cancel was announced to this dialer, or this run has read the call back, and the call states it. */
function canceled(context: DialContext, { call: { state }, attempt }: ClaimedAttempt): Obstacle | undefined {
  const isCanceled =
    context.isCanceled(attempt.id) || (state.status === 'dialing' && state.cancelRequestedAt !== undefined);
  return isCanceled ? { code: 'canceled', why: 'canceled' } : undefined;
}

function late(_: DialContext, { attempt }: ClaimedAttempt, at: number): Obstacle | undefined {
  const ageMs = at - attempt.originatedAt;
  if (ageMs <= claimAgeMaxMs) return undefined;
  return { code: 'late', why: `${ageMs} ms after its claim it might ring when it is given up already` };
}

/**
 * A reconciliation would find a PBX that has started since the claim, and give the attempt up. A PBX that is down is
 * reported by its watch.
 */
function pbxRestarted({ pbxs }: DialContext, { attempt }: ClaimedAttempt): Obstacle | undefined {
  const current = pbxs.get(attempt.pbx)?.pbx.pbxStartedAt;
  const hasRestarted = current !== undefined && current !== attempt.pbxStartedAt;
  return hasRestarted ? { code: 'pbx_restarted', why: 'the PBX restarted' } : undefined;
}

function gateClosed(context: DialContext, { call }: ClaimedAttempt): Obstacle | undefined {
  const decision = recheckGates(context, call);
  return decision.decision === 'allow' ? undefined : { code: 'gate', why: `${decision.gate}: ${decision.reason}` };
}
