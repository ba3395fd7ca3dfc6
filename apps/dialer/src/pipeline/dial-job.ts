import { randomBytes } from 'node:crypto';
import type { DialDecision, DialJob } from '@redial/queue';
import { acquirePermits, releasePermits } from './acquire-permits.ts';
import { allowByGates } from './check-gates.ts';
import { choosePbx } from './choose-pbx.ts';
import { claimAttempt } from './claim-attempt.ts';
import { createClaimConfirmations } from './claim-confirmations.ts';
import { confirmClaim } from './confirm-claim.ts';
import type { DialContext, DialJobPorts, JobRun } from './dial-context.ts';
import { type DialGate, gates } from './dial-gates.ts';
import { type DialResult, toDecision } from './dial-result.ts';
import { load } from './load.ts';
import { originate } from './originate.ts';
import { prepareOrder } from './prepare-order.ts';
import { createRoundRobin } from './round-robin.ts';
import { waitForStart } from './wait-for-start.ts';

/**
 * One run of a `dial` job: one attempt of one call, until dial1's outcome is known. `dial` is the pipeline; each stage
 * has a file of its own. A stage returns what the next one needs, or a `DialResult`, which ends the run.
 *
 * What holds whatever dies, and in which stage:
 *
 * D1  An Originate follows a claim of the same run, and nothing else (originate). A job that is delivered again finds
 *     the attempt's record and reconciles it (load, resume). A run whose claim was not answered knows its own claim by
 *     its mark. Until then no other run of this dialer takes the attempt on: two runs on one watch would keep the
 *     Originate from being sent.
 * D2  A gate's decision is written to the call before the job ends (closeGate), so "why not yet" always has an answer.
 * D3  A job that sleeps holds nothing. Permits are released on every way out on which no claim can have been written
 *     (dial). Those of a run that died, or did not receive them, are free when their lease ends, some seconds after
 *     their start.
 * D4  An Originate is sent soon after its claim, or never (originate). By the time of a later one, an observer may have
 *     concluded that no phone rang.
 * D5  What time can change is checked again whenever Redis may have kept the run waiting: before the claim
 *     (waitForStart), and before the Originate. At the Originate the call is due, its window is open, it has not
 *     expired and is not canceled, and its PBX has not restarted.
 * D6  An Originate is sent only when its claim is as durable as is required, and is there after that (confirmClaim). A
 *     claim that Redis has forgotten keeps no other run from dialling again.
 *
 * If a run dies before the claim, the job is delivered again and starts anew, and the lease frees its permits. After
 * the claim, the next run reconciles. The results process watches the attempt in any case.
 */
async function dial(context: DialContext, job: DialJob, run: JobRun): Promise<DialResult> {
  const loaded = await load(context, job, run);
  if ('result' in loaded) return loaded;
  if ('ownClaim' in loaded)
    return (await confirmClaim(context, loaded.ownClaim)) ?? originate(context, loaded.ownClaim);
  const allowed = await allowByGates(context, loaded);
  if ('result' in allowed) return allowed;
  const chosen = choosePbx(context, allowed);
  const prepared = await prepareOrder(context, chosen);
  if ('result' in prepared) return prepared;
  const permits = await acquirePermits(context, prepared);
  if ('result' in permits) return permits;
  try {
    const closed = await waitForStart(context, prepared, permits);
    if (closed !== undefined) return closed;
    const claimed = await claimAttempt(context, prepared, permits, run);
    if ('result' in claimed) return claimed;
    return (await confirmClaim(context, claimed)) ?? (await originate(context, claimed));
  } finally {
    if (!permits.areClaimed) await releasePermits(context, prepared, permits);
  }
}

/**
 * How often the records may change under a run before its job steps aside: by a cancel, a new time, or another dialer.
 */
const readsMax = 5;
const stepAsideMs = 1_000;

/** The handler of `dial` jobs. */
export function createDialJob(
  ports: DialJobPorts,
  list: readonly DialGate[] = gates,
): (job: DialJob) => Promise<DialDecision> {
  const context: DialContext = {
    ...ports,
    gates: list,
    nextInTurn: createRoundRobin(),
    pendingClaims: new Set(),
    confirmations: createClaimConfirmations(ports.store),
  };
  return async (job) => {
    const run: JobRun = { mark: randomBytes(9).toString('base64url'), claims: new Map() };
    try {
      for (let read = 0; read < readsMax; read++) {
        const result = await dial(context, job, run);
        if (result.result !== 'read_again') return toDecision(result);
      }
    } finally {
      for (const claimedBy of run.claims.keys()) context.pendingClaims.delete(claimedBy);
    }
    return {
      type: 'later',
      at: context.clock.now() + stepAsideMs,
      note: 'the call changed while it was being dialled',
    };
  };
}
