import { randomBytes } from 'node:crypto';
import { type AttemptRecord, type Call, pbxsFor, type Tenant, trunksOf } from '@redial/call';
import type { DialDecision, DialJob } from '@redial/queue';
import type { Versioned } from '@redial/store';
import { acquirePermitsOnOne } from './acquire-permits.ts';
import { again, askGatesOf, block, defer, fail, write } from './ask-gates.ts';
import { claimAttempt } from './claim-attempt.ts';
import { createConfirmations } from './confirmations.ts';
import { type Dialing, type DialJobDependencies, done, dueAttemptId, type JobRun, runOf, type Try } from './dialing.ts';
import { fullLimit, limitTooSmall } from './full-limit.ts';
import { limitsFor, limitThatNeverFits } from './limits-of-call.ts';
import { originate } from './originate.ts';
import { whyNotSayable } from './originate-order.ts';
import { planOf } from './plan-of.ts';
import { createRoundRobin } from './round-robin.ts';

/** Lost races against cancel, reschedule or another dialer before the job steps aside. */
const racesMax = 5;

/**
 * One run of a `dial` job: resume or start.
 *
 *   read ▸ resume, if the attempt was ever claimed by another run
 *        ▸ gates ▸ PBX ▸ permits ▸ wait for the start ▸ gates ▸ claim ▸ confirmed ▸ gates ▸ originate ▸ dial1's outcome
 *
 * D1  Originate follows the claim, in the run that took it, and nothing else does: a job that comes again finds another run's attempt
 *     and looks it up. A run whose claim was not answered finds out by its own mark in the record; until it knows, no other run of this
 *     dialer takes the attempt on, or there would be two on one watch, and the Originate would never be sent.
 * D2  Whatever the gates say is written to the call before the job ends, so that "why not yet" always has an answer.
 * D3  Nothing is held while a job sleeps: permits are given back on every way out that did not pass the claim. Those of a run that died,
 *     or did not hear of them, are free some seconds after their start.
 * D4  An Originate goes out soon after its claim or never: by the time a slow one does, another observer may have concluded that
 *     nobody was rung.
 * D5  What the clock decides is asked again whenever Redis may have kept us waiting, the claim included: at the Originate itself the
 *     call is due, its window open and its end not over, it is not canceled, and its PBX has not restarted.
 * D6  An Originate goes out only once its claim is as durable as was asked, and seen to be there after that: a claim that Redis has
 *     forgotten keeps nobody from dialling again.
 */
export function createDialJob(ports: DialJobDependencies): (job: DialJob) => Promise<DialDecision> {
  const confirmations = createConfirmations(ports.store);
  const dependencies: Dialing = { ...ports, inTurn: createRoundRobin(), atClaim: new Set(), confirmations };
  return async (job) => {
    const run: JobRun = { mark: randomBytes(9).toString('base64url'), claims: 0 };
    try {
      for (let race = 0; race < racesMax; race++) {
        const decision = await tryOnce(dependencies, job, run);
        if (typeof decision !== 'string') return decision;
      }
    } finally {
      dependencies.atClaim.delete(run.mark);
    }
    return { type: 'later', at: dependencies.clock.now() + 1_000, note: 'the call changed while it was being dialled' };
  };
}

async function tryOnce(dependencies: Dialing, job: DialJob, run: JobRun): Promise<Try> {
  const { call, attempt } = await dependencies.store.readForAttempt(job.callId, job.attemptId);
  // Of this run, and here again: the claim's answer was lost, so nothing has followed it yet.
  const isOurs = runOf(attempt?.value.claimedBy) === run.mark && attempt?.value.ended === undefined;
  if (isOurs && attempt !== undefined && call !== undefined) return originate(dependencies, call.value, attempt.value);
  if (attempt !== undefined) return resume(dependencies, attempt.value);
  if (call === undefined) return done('no such call');
  const { state } = call.value;
  if (!('dueAt' in state) || state.attemptId !== job.attemptId) {
    return done(`nothing to dial: the call is ${state.status}`);
  }

  const { tenant, decision } = await askGatesOf(dependencies, call.value);
  const { gate } = decision;
  switch (decision.decision) {
    case 'defer':
      return defer(dependencies, call, { gate, reason: decision.reason, until: decision.until, late: false });
    case 'block':
      return block(dependencies, call, gate, decision.reason);
    case 'expire':
      dependencies.metrics.gateClosed(gate, 'expire');
      return write(dependencies, call, {
        type: 'expire',
        attemptId: job.attemptId,
        at: dependencies.clock.now(),
        // What put it off until its end is what there is to hear.
        ...(gate !== 'expired' && { reason: decision.reason }),
      });
    default:
      // The tenant gate has passed.
      return dial(dependencies, call, tenant as Tenant, run);
  }
}

/** The attempt was claimed before: by us, by a dialer that died, or twice. It is never originated again. */
async function resume({ pbxs, remember, isTelling, atClaim }: Dialing, attempt: AttemptRecord): Promise<DialDecision> {
  if (attempt.ended !== undefined) return done('already settled');
  if (atClaim.has(runOf(attempt.claimedBy) ?? '')) return done('another run of this dialer is about to originate it');
  // A reconciliation would know less, and might be told first.
  if (isTelling(attempt.id)) return done('its end is known here');
  const watched = pbxs.get(attempt.pbx);
  if (watched === undefined)
    return done(`its PBX ${attempt.pbx} is not configured here; the results process looks it up`);
  remember(attempt);
  if (!watched.watch.has(attempt.id))
    watched.watch.adopt({ ...attempt, attemptId: attempt.id, pbxStartedAt: attempt.pbxStartedAt });
  return done(`resumed; dial1: ${await watched.watch.dial1Outcome(attempt.id)}`);
}

/** The gates have passed: a PBX, its permits, the claim, the Originate. */
async function dial(dependencies: Dialing, call: Versioned<Call>, tenant: Tenant, run: JobRun): Promise<Try> {
  const { store, clock, configuration, pbxs, confirmations } = dependencies;
  const trunks = trunksOf(call.value.request.dial1, call.value.request.dial2);
  const able = pbxsFor(trunks, configuration);
  const ready = able.filter((name) => pbxs.get(name)?.pbx.isUp);
  if (ready.length === 0) {
    const reason = able.length === 0 ? 'no configured PBX has its trunks' : 'no PBX that has its trunks is connected';
    return defer(dependencies, call, { gate: 'pbx', reason, until: again(call.value, 'pbx', clock.now()), late: true });
  }
  if (!(await confirmations.areGiven())) {
    const reason = 'Redis does not confirm that what is written is durable';
    const until = again(call.value, 'durability', clock.now());
    return defer(dependencies, call, { gate: 'durability', reason, until, late: true });
  }
  const tooSmall = limitThatNeverFits(limitsFor(call.value, ready[0] as string, configuration));
  if (tooSmall !== undefined) {
    const { gate, reason } = limitTooSmall(tooSmall, call.value, configuration);
    return block(dependencies, call, gate, reason);
  }

  // Every trunk is there: a PBX has them.
  const plan = planOf(call.value, tenant, configuration.trunks);
  // Before anything is taken for it: what cannot be said to Asterisk uses up no attempt, and would not be said the next time either.
  const wrong = whyNotSayable(call.value, { id: dueAttemptId(call.value), plan }, tenant, configuration.trunks);
  if (wrong !== undefined) return fail(dependencies, call, `it cannot be dialled: ${wrong}`);
  const permits = await acquirePermitsOnOne(dependencies, call.value, dependencies.inTurn(ready));
  if (!permits.granted) {
    const { gate, reason, isDial1Busy } = fullLimit(permits, call.value, ready[0] as string, configuration);
    // Whoever waits for dial1 hears now that it is busy, and does not come back for a call that would follow later.
    if (isDial1Busy && call.value.request.outcomeAwaited) return block(dependencies, call, gate, reason);
    return defer(dependencies, call, { gate, reason, until: permits.retryAt, late: true });
  }
  const taken = await claimAttempt(dependencies, call, tenant, { plan, permits, run });
  // The claim was not taken: what was held for it is free again. A grant that was never used leaves nothing behind. Where nobody knows
  // yet, the next look asks for the same permits, and at the latest their lease ends.
  if (taken === 'lost_race' || (taken !== 'claim_unanswered' && taken.type === 'later')) {
    await store.releasePermits(
      dueAttemptId(call.value),
      permits.limits.map((l) => l.limit),
    );
  }
  return taken;
}
