import { agent, customer } from '../e2e/world.ts';
import { until } from '../support/until.ts';
import { cdrList, type FaultWorld, keyPrefix } from './fault-world.ts';
import { type HeldCall, type HeldCalls, place, record } from './held-call.ts';
import { outOfPhase } from './phase-facts.ts';
import type { Phase } from './phases.ts';

/** Long enough to be there still when every call has reached its phase, and shorter than SIP's own patience (32 s). */
const ringSeconds = 28;
const withinMs = 20_000;
/** Rings for a while each time: once is enough. */
const once = {
  retryPolicy: { maxRetries: 1, delaySeconds: 1, perDisposition: { no_answer: { maxRetries: 0 } } },
  dial1RingTimeoutSeconds: ringSeconds,
  dial2RingTimeoutSeconds: ringSeconds,
};

/**
 * Brings one call into each phase, all at once in one world. What is done to the processes is undone by `world.release()`.
 *
 * What phones hold comes first. From the first stop of a process on there are ten seconds: a connection to Redis that is silent for
 * longer is given up, and so is a PBX. The claim comes last, since it is worth five.
 */
export async function reachAllPhases(world: FaultWorld, claimRingSeconds = 12): Promise<HeldCalls> {
  const { redisOf, amiOf } = world;
  const ofPhones = {
    'dial1 ringing': place(world, 1, agent('ringsForEver', 1), customer('answers', 1), once),
    'dial1 answered': place(world, 2, customer('answers', 2), agent('deadContact', 2), once),
    'dial2 ringing': place(world, 3, agent('answers', 3), customer('ringsForEver', 3), once),
    talking: place(world, 4, agent('answers', 4), customer('answers', 4), { talkLimitSeconds: ringSeconds }),
  };
  const hungUp = place(world, 8, agent('answers', 8), customer('answers', 8));
  await reached(world, { ...ofPhones, talking: hungUp });
  await reached(world, ofPhones);

  // What the results process does after an attempt, held from the last step to the first: each stop leaves the steps before it free.
  const busy = (n: number, delaySeconds: number) =>
    place(world, n, agent('busy', n), customer('answers', n), { retryPolicy: { maxRetries: 1, delaySeconds } });
  const writing = world.stop(redisOf.results, 'PUSH', cdrList);
  const written = { 'CDR written': { ...busy(5, 15), heldAt: writing } };
  await reached(world, written);
  const queuing = world.stop(redisOf.results, `${keyPrefix}:dial:`, 'callId');
  const next = { 'next attempt queued': { ...busy(6, 15), heldAt: queuing } };
  await reached(world, next);
  const settling = world.stop(redisOf.results, `${keyPrefix}:cdr:`, `${keyPrefix}:open:`);
  const settled = { settled: { ...busy(7, 4), heldAt: settling } };
  await reached(world, settled);
  // The results process cannot read any more: what is over now is known, and not settled.
  await world.hangUp(hungUp.dial1);
  const over = { 'hung up': hungUp };
  await reached(world, over);

  // The dialer: first what it sends to the PBX, then what it asks Redis.
  const originating = agent('ringsForEver', 9);
  const sending = world.stop(amiOf.dialer, 'Originate', originating);
  const sent = { 'Originate sent': { ...place(world, 9, originating, customer('answers', 9), once), heldAt: sending } };
  await reached(world, sent);
  // Two jobs in the dialer's hands, which are full with them; the first has its permits and waits for its claim.
  const granting = world.stop(redisOf.dialer, 'slots-in-use', ':grant:');
  const first = place(world, 10, agent('answersAndHangsUp', 10), customer('answers', 10), {
    dial1RingTimeoutSeconds: claimRingSeconds,
  });
  await reached(world, { 'permits taken': { ...first, heldAt: granting } });
  const { attemptId } = (await record(world, await first.id)).state;
  const second = place(world, 11, agent('answersAndHangsUp', 11), customer('answers', 11));
  const secondId = await second.id;
  await until(async () => isActive(world, (await record(world, secondId)).state.attemptId), {
    what: 'the second job is taken',
  });
  const queued = { queued: place(world, 13, agent('answersAndHangsUp', 13), customer('answers', 13)) };
  await reached(world, queued);

  // The API, which answers nobody from here on.
  const accepting = world.stop(redisOf.api, 'call-12', 'MSET');
  const accepted = {
    accepted: { ...place(world, 12, agent('answersAndHangsUp', 12), customer('answers', 12)), heldAt: accepting },
  };
  await reached(world, accepted);

  await world.freeOtherPbx();
  const claiming = world.stop(redisOf.dialer, 'pbxs-with-open', `${keyPrefix}:attempt:${attemptId}`);
  granting.release();
  const last = {
    'claim taken': { ...first, heldAt: claiming },
    // Its answer is behind that of the claim, on one connection.
    'permits taken': { ...second, heldAt: claiming },
  };
  await reached(world, last);
  return { ...accepted, ...queued, ...last, ...sent, ...ofPhones, ...over, ...settled, ...next, ...written };
}

async function reached(world: FaultWorld, calls: Partial<Record<Phase, HeldCall>>): Promise<void> {
  let sentences: string[] = [];
  const inPhase = async () => {
    sentences = await outOfPhase(world, calls);
    return sentences.length === 0;
  };
  await until(inPhase, { what: 'every call of these is in its phase', withinMs, everyMs: 30 }).catch((error: Error) => {
    throw new Error(`${error.message}: ${sentences.join('; ')}`);
  });
}

async function isActive({ books }: FaultWorld, attemptId: string): Promise<boolean> {
  return (await books.lpos(`${keyPrefix}:dial:active`, attemptId)) !== null;
}
