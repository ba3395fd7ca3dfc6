import { agent, customer } from '../e2e/world.ts';
import { until } from '../support/until.ts';
import { untilEnded } from './books.ts';
import { cdrList, type FaultWorld, keyPrefix } from './fault-world.ts';
import { type HeldCall, type HeldCalls, place, record } from './held-call.ts';
import { outOfPhase } from './phase-facts.ts';
import { type Phase, phases } from './phases.ts';

/** Long enough to last until every call has reached its phase, and shorter than SIP's own timeout (32 s). */
const longRingSeconds = 28;
/** Enough for a world with few calls. */
const shortRingSeconds = 18;
const withinMs = 20_000;

/** The other phases that a phase needs: they hold a process, or fill it. */
const needs: Readonly<Partial<Record<Phase, readonly Phase[]>>> = {
  // The dialer runs four calls at once.
  queued: ['dial1 ringing', 'Originate sent', 'permits taken', 'claim taken'],
  // Its answer comes after that of the claim.
  'permits taken': ['claim taken'],
  // The results process is stopped while it settles that call.
  'hung up': ['settled'],
};

/** The phases, and those that they need. */
export function withNeeds(wanted: readonly Phase[]): readonly Phase[] {
  const all = new Set(wanted.flatMap((phase) => [phase, ...(needs[phase] ?? [])]));
  return phases.filter((phase) => all.has(phase));
}

/** The first call of a world with few calls: see `loadScripts`. */
export const firstCall = { dial1: agent('busy', 99), dial2: customer('answers', 99) } as const;

/**
 * Runs one call from its acceptance to its CDR. A script that is not in Redis yet is sent a second time, with its text.
 * Without this, a process that is stopped at the first request would have changed nothing.
 */
async function loadScripts(world: FaultWorld): Promise<void> {
  const { dial1, dial2 } = firstCall;
  const call = place(world, 99, dial1, dial2, { retryPolicy: { maxRetries: 0, delaySeconds: 1 } });
  await untilEnded(world, call, withinMs);
}

export interface Reach {
  /** Default: every phase. */
  readonly wanted?: readonly Phase[] | undefined;
  readonly claimRingSeconds?: number | undefined;
}

/**
 * Brings one call into each wanted phase, all in one world. `world.release()` undoes what it does to the processes.
 *
 * Phases that phones hold come first. From the first stop of a process on there are ten seconds. A connection to Redis
 * or a PBX that is silent for longer is closed. The claim comes last, because it is valid for five seconds.
 */
export async function reachPhases(
  world: FaultWorld,
  { wanted = phases, claimRingSeconds = 12 }: Reach = {},
): Promise<HeldCalls> {
  const { redisOf, amiOf } = world;
  const all = new Set(withNeeds(wanted));
  const held: { -readonly [phase in Phase]?: HeldCall } = {};
  const reach = async (phase: Phase, call: HeldCall): Promise<void> => {
    held[phase] = call;
    await reached(world, { [phase]: call });
  };
  const isWhole = all.size === phases.length;
  const ringSeconds = isWhole ? longRingSeconds : shortRingSeconds;
  if (!isWhole) await loadScripts(world);
  // It rings for a while each time, so one attempt is enough.
  const once = {
    retryPolicy: { maxRetries: 1, delaySeconds: 1, perDisposition: { no_answer: { maxRetries: 0 } } },
    dial1RingTimeoutSeconds: ringSeconds,
    dial2RingTimeoutSeconds: ringSeconds,
  };

  const ofPhones: Partial<Record<Phase, () => HeldCall>> = {
    'dial1 ringing': () => place(world, 1, agent('ringsForEver', 1), customer('answers', 1), once),
    'dial1 answered': () => place(world, 2, customer('answers', 2), agent('deadContact', 2), once),
    'dial2 ringing': () => place(world, 3, agent('answers', 3), customer('ringsForEver', 3), once),
    talking: () => place(world, 4, agent('answers', 4), customer('answers', 4), { talkLimitSeconds: ringSeconds }),
  };
  for (const phase of phases) if (all.has(phase) && ofPhones[phase]) held[phase] = ofPhones[phase]();
  const hungUp = all.has('hung up') ? place(world, 8, agent('answers', 8), customer('answers', 8)) : undefined;
  if (hungUp !== undefined) await reached(world, { talking: hungUp });
  await reached(world, held);

  // The steps of the results process after an attempt, held from the last to the first: each stop leaves the earlier
  // steps free.
  const busy = (n: number, delaySeconds: number) =>
    place(world, n, agent('busy', n), customer('answers', n), { retryPolicy: { maxRetries: 1, delaySeconds } });
  if (all.has('CDR written')) {
    const writing = world.stop(redisOf.results, 'PUSH', cdrList);
    await reach('CDR written', { ...busy(5, 15), heldAt: writing });
  }
  if (all.has('next attempt queued')) {
    const queuing = world.stop(redisOf.results, `${keyPrefix}:dial:`, 'callId');
    await reach('next attempt queued', { ...busy(6, 15), heldAt: queuing });
  }
  if (all.has('settled')) {
    const settling = world.stop(redisOf.results, `${keyPrefix}:cdr:`, `${keyPrefix}:open:`);
    await reach('settled', { ...busy(7, 4), heldAt: settling });
  }
  if (hungUp !== undefined) {
    // The results process can no longer read. The end is known, and not settled.
    await world.hangUp(hungUp.dial1);
    await reach('hung up', hungUp);
  }

  // The dialer: first its requests to the PBX, then those to Redis.
  if (all.has('Originate sent')) {
    const originating = agent('ringsForEver', 9);
    const sending = world.stop(amiOf.dialer, 'Originate', originating);
    await reach('Originate sent', { ...place(world, 9, originating, customer('answers', 9), once), heldAt: sending });
  }
  const claim = all.has('claim taken') ? await holdPermits(world, claimRingSeconds) : undefined;
  let second: HeldCall | undefined;
  if (all.has('permits taken')) {
    // The dialer has two jobs, which may fill it.
    second = place(world, 11, agent('answersAndHangsUp', 11), customer('answers', 11));
    const secondId = await second.id;
    await until(async () => isActive(world, (await record(world, secondId)).state.attemptId), {
      what: 'the second job is taken',
    });
  }
  if (all.has('queued'))
    await reach('queued', place(world, 13, agent('answersAndHangsUp', 13), customer('answers', 13)));

  // The API, which answers no client from here on.
  if (all.has('accepted')) {
    const accepting = world.stop(redisOf.api, 'call-12', 'MSET');
    await reach('accepted', {
      ...place(world, 12, agent('answersAndHangsUp', 12), customer('answers', 12)),
      heldAt: accepting,
    });
  }

  await world.freeOtherPbx();
  if (claim !== undefined) {
    const claiming = world.stop(redisOf.dialer, 'pbxs-with-open', `${keyPrefix}:attempt:${claim.attemptId}`);
    claim.granting.release();
    held['claim taken'] = { ...claim.call, heldAt: claiming };
    // Its answer comes after that of the claim, on the same connection.
    if (second !== undefined) held['permits taken'] = { ...second, heldAt: claiming };
    await reached(world, {
      'claim taken': held['claim taken'],
      ...(held['permits taken'] && { 'permits taken': held['permits taken'] }),
    });
  }
  return held;
}

/** A call whose job has its permits, and waits for its claim. */
async function holdPermits(world: FaultWorld, claimRingSeconds: number) {
  const granting = world.stop(world.redisOf.dialer, 'slots-in-use', ':grant:');
  const call = place(world, 10, agent('answersAndHangsUp', 10), customer('answers', 10), {
    dial1RingTimeoutSeconds: claimRingSeconds,
  });
  await reached(world, { 'permits taken': { ...call, heldAt: granting } });
  const { attemptId } = (await record(world, await call.id)).state;
  return { call, attemptId, granting };
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
