import type { AttemptWatch } from '@redial/asterisk';
import type { AttemptRecord, Call, Evidence, NotSentCode, Tenant } from '@redial/call';
import { keepTrying } from '@redial/platform';
import type { DialDecision } from '@redial/queue';
import { askGatesAgain } from './ask-gates.ts';
import { type Dialing, type DialJobDependencies, done, runOf, type Try, tenantOf } from './dialing.ts';
import { originateOrder } from './originate-order.ts';

/**
 * Between a claim and its Originate at most: this host may have slept, or its clock been put forward. Others give the attempt up when
 * its ring timeout and `originateMarginMs` have passed; half of that margin is left for the way to the PBX.
 */
const claimAgeMaxMs = 5_000;

/**
 * The claim is ours. From here on the attempt is under way, whatever happens; its permits are given back when it is settled. One that was
 * canceled meanwhile, or whose moment has passed, ends before it began, and the retry policy says what follows.
 */
export async function originate(dependencies: Dialing, call: Call, attempt: AttemptRecord): Promise<Try> {
  const { clock, configuration, pbxs, confirmations, metrics, logger, remember, atClaim } = dependencies;
  const { id: attemptId, callId, pbx, attemptNumber } = attempt;
  if (!(await confirmations.ofClaim(attempt))) return unconfirmed(dependencies, attempt);
  // From here to the watch nothing is waited for.
  atClaim.delete(runOf(attempt.claimedBy) ?? '');
  const at = clock.now();
  if (isCanceled(dependencies, call, attempt))
    return notSent(dependencies, attempt, { code: 'canceled', why: 'canceled' }, { cancelRequestedAt: at });
  const tooLate = whyTooLate(dependencies, call, attempt, at);
  if (tooLate !== undefined) return notSent(dependencies, attempt, tooLate);
  remember(attempt);
  // It was chosen among those that are configured, and the tenant gate has passed.
  const { watch } = pbxs.get(pbx) as { readonly watch: AttemptWatch };
  const order = originateOrder(call, attempt, tenantOf(configuration, call) as Tenant, configuration.trunks);
  watch.originate({ ...attempt, attemptId, pbxStartedAt: attempt.pbxStartedAt }, order);
  metrics.originated(at - attempt.dueAt);
  logger.info({ callId, attemptId, pbx, attemptNumber }, 'originated');
  return done(`dial1: ${await watch.dial1Outcome(attemptId)}`);
}

/**
 * Nobody can say that the claim lasts, so nothing is sent. Redis may have forgotten it by now, and somebody else claimed the attempt anew:
 * that one is not ours to end. The record says whose it is.
 */
async function unconfirmed(dependencies: Dialing, attempt: AttemptRecord): Promise<Try> {
  const { store, stopping } = dependencies;
  const found = await keepTrying(() => store.readAttempt(attempt.id), {
    signal: stopping,
    maxDelayMs: 500,
    onError: () => undefined,
  });
  const isOurs = found !== undefined && found.value.claimedBy === attempt.claimedBy && found.value.ended === undefined;
  return isOurs ? notSent(dependencies, attempt, unconfirmedClaim) : 'lost_race';
}

interface Obstacle {
  readonly code: NotSentCode;
  readonly why: string;
}

const unconfirmedClaim: Obstacle = { code: 'unconfirmed', why: 'Redis did not confirm its claim' };

/** The claim is ours, and nothing follows it: its end is told, and the retry policy decides. */
function notSent(
  { clock, logger, onNotOriginated }: DialJobDependencies,
  attempt: AttemptRecord,
  { code, why }: Obstacle,
  asked: Pick<Evidence, 'cancelRequestedAt'> = {},
): DialDecision {
  const message = `not sent: ${why}`;
  logger.warn({ callId: attempt.callId, attemptId: attempt.id }, message);
  onNotOriginated(attempt, { refused: { message, at: clock.now(), byUs: true, code }, ...asked });
  return done(message);
}

/** A cancel came while the claim was taken or confirmed: announced to this dialer, or in the call by which a run has found its claim again. */
function isCanceled(dependencies: DialJobDependencies, { state }: Call, { id }: AttemptRecord): boolean {
  return dependencies.isCanceled(id) || (state.status === 'dialing' && state.cancelRequestedAt !== undefined);
}

function whyTooLate(
  dependencies: DialJobDependencies,
  call: Call,
  { originatedAt, pbx, pbxStartedAt }: AttemptRecord,
  at: number,
): Obstacle | undefined {
  const ageMs = at - originatedAt;
  if (ageMs > claimAgeMaxMs)
    return { code: 'late', why: `${ageMs} ms after its claim it might ring when it is given up already` };
  // Whoever looks the attempt up sees an Asterisk that has started since its claim, and gives it up at once. One that is down says so itself.
  const current = dependencies.pbxs.get(pbx)?.pbx.pbxStartedAt;
  if (current !== undefined && current !== pbxStartedAt) return { code: 'pbx_restarted', why: 'the PBX restarted' };
  const asked = askGatesAgain(dependencies, call);
  return asked.decision === 'allow' ? undefined : { code: 'gate', why: `${asked.gate}: ${asked.reason}` };
}
