import { setTimeout as pass } from 'node:timers/promises';
import { invites } from '../e2e/world.ts';
import type { RedialProcess } from '../support/redial.ts';
import { until } from '../support/until.ts';
import type { FaultWorld } from './fault-world.ts';
import { type HeldCalls, record } from './held-call.ts';
import type { Phase } from './phases.ts';
import { type Extras, redelivery } from './redelivery.ts';
import { untilAllEnded, untilClaimIsOver, untilLinksLost, untilPbxIsIdle } from './turning-points.ts';

/** A fault, from the first damage to the last repair. Stopped processes are released at the worst moment in between. */
export interface Fault {
  readonly pbxs?: 2;
  /**
   * A worker's connections to Redis break, and a job of it may stay failed: history for the dashboard. Under any other
   * fault no job may fail.
   */
  readonly breaksRedis?: true;
  /**
   * The time in which the dialer must act on its claim before other processes may give the attempt up: longer than the
   * fault.
   */
  readonly claimRingSeconds?: number;
  /** Before the first call: things that take longer to start than a call stays in its phase. */
  prepare?(world: FaultWorld): Promise<Extras>;
  strike(world: FaultWorld, calls: HeldCalls, extras: Extras): Promise<void>;
  /** Once everything is at rest, sets the clock right again. */
  mend?(world: FaultWorld): Promise<void>;
}

const killed = (kind: 'api' | 'dialer' | 'results'): Fault => ({
  async strike({ redial, release }) {
    await redial[kind].kill();
    release();
    redial[kind].start();
  },
});

const asteriskKilled: Fault = {
  async strike(world, calls) {
    const lost = untilLinksLost(world);
    await world.pbx.asterisk.kill();
    await lost;
    world.release();
    await untilClaimIsOver(world, calls);
    await world.pbx.asterisk.restart();
  },
};

/** An orderly stop: Asterisk hangs up all channels and runs the hang-up handlers before it ends. */
const asteriskRestarted: Fault = {
  async strike(world, calls) {
    const lost = untilLinksLost(world);
    await world.pbx.asterisk.cli('core stop now').catch(() => undefined); // The console ends with it.
    await lost;
    world.release();
    await untilClaimIsOver(world, calls);
    await world.pbx.asterisk.restart();
  },
};

const amiCut: Fault = {
  async strike(world, calls) {
    await cutAmi(world);
    world.release();
    await untilClaimIsOver(world, calls);
    for (const ami of Object.values(world.amiOf)) ami.heal();
  },
};

/** The purpose of the other PBX: it takes the calls that can still be dialled while the first is away. */
const goOnElsewhere: readonly Phase[] = [
  'accepted',
  'queued',
  'permits taken',
  'claim taken',
  'settled',
  'CDR written',
  'next attempt queued',
];

const hourMs = 3_600_000;

export const faults = {
  'API killed': killed('api'),
  'dialer killed': killed('dialer'),
  'results killed': killed('results'),
  'Redis killed': {
    breaksRedis: true,
    async strike({ redis, release }) {
      await redis.kill();
      await redis.restart();
      // The connections have broken. Held requests are lost, and their senders do not know the result.
      release();
    },
  },
  'AMI cut': amiCut,
  'AMI silent': {
    async strike(world) {
      const lost = untilLinksLost(world);
      for (const ami of Object.values(world.amiOf)) ami.blackhole();
      world.release();
      await lost;
      await untilPbxIsIdle(world);
      // Requests in a silent connection must not arrive later. The side that closed the connection must prevent that.
      for (const ami of Object.values(world.amiOf)) ami.heal();
    },
  },
  'Asterisk killed': asteriskKilled,
  'Asterisk restarted': asteriskRestarted,
  'jobs delivered twice': {
    prepare: redelivery.prepare,
    async strike(world, _calls, extras) {
      await redelivery.connect(extras);
      await redelivery.deliverAgain(world.books);
      world.release();
    },
  },
  'Redis paused 40 s': {
    breaksRedis: true,
    claimRingSeconds: 45,
    async strike(world) {
      const { redis, release, redisOf } = world;
      await redis.pause();
      release({ but: redisOf.dialer });
      // Much longer than BullMQ's locks last, and than any connection waits for an answer.
      await pass(40_000);
      await redis.resume();
      // The claim's answer, 40 s late.
      release();
      await until(async () => (await redelivery.stalled(world.books)) > 0, {
        what: 'a job whose lock ran out is delivered again',
      });
    },
  },
  /** A frozen process, or a host that sleeps. It continues in the middle of its work, and the world has changed. */
  'dialer asleep': {
    // It sleeps longer than its connections wait for an answer.
    breaksRedis: true,
    async strike(world, calls) {
      const {
        redial: { dialer },
        release,
      } = world;
      process.kill(dialer.pid, 'SIGSTOP');
      release();
      await untilClaimIsOver(world, calls);
      process.kill(dialer.pid, 'SIGCONT');
    },
  },
  'clock +1 h': {
    async strike(world, calls) {
      const { redial, probe, redisOf, release } = world;
      await probe.stepClocks(pidsOf(redial), hourMs);
      release({ but: redisOf.dialer });
      // By that clock it should have rung an hour ago. The dialer is still between its claim and its Originate.
      await untilClaimIsOver(world, calls);
      release();
    },
  },
  'clock −1 h': {
    async strike(world, calls) {
      const { redial, probe, redisOf, release } = world;
      await probe.stepClocks(pidsOf(redial), -hourMs);
      release({ but: redisOf.dialer });
      // Time for the sweeper to find attempts that no process watches, with the dialer still between its claim and its
      // Originate.
      await pass(4_000);
      release();
      // By the common clock, the retries are due in an hour.
      await expectNotDialedWhenDue(world, calls, ['settled', 'CDR written', 'next attempt queued']);
    },
    async mend({ redial, probe }) {
      await probe.stepClocks(pidsOf(redial), 0);
    },
  },
  'one of two Asterisks killed': {
    pbxs: 2,
    async strike(world, calls) {
      const lost = untilLinksLost(world);
      await world.pbx.asterisk.kill();
      await lost;
      world.release();
      await untilAllEnded(world, calls, goOnElsewhere);
      await world.pbx.asterisk.restart();
    },
  },
  'AMI cut to one of two': {
    pbxs: 2,
    async strike(world, calls) {
      await cutAmi(world);
      world.release();
      await untilAllEnded(world, calls, goOnElsewhere);
      await untilPbxIsIdle(world);
      for (const ami of Object.values(world.amiOf)) ami.heal();
    },
  },
} as const satisfies Record<string, Fault>;
export type FaultName = keyof typeof faults;

function pidsOf({ api, dialer, results }: Record<'api' | 'dialer' | 'results', RedialProcess>): number[] {
  return [api, dialer, results].map(({ pid }) => pid);
}

async function cutAmi(world: FaultWorld): Promise<void> {
  const lost = untilLinksLost(world);
  for (const ami of Object.values(world.amiOf)) {
    ami.refuse();
    ami.cut();
  }
  await lost;
}

/** Waits for some time after the moment at which these calls would be retried by the wrong clock. */
async function expectNotDialedWhenDue(world: FaultWorld, calls: HeldCalls, some: readonly Phase[]): Promise<void> {
  const held = some.flatMap((phase) => calls[phase] ?? []);
  const records = await Promise.all(held.map(async ({ id }) => record(world, await id)));
  const dueAt = Math.max(...records.map(({ state }) => state.dueAt));
  await pass(Math.max(0, dueAt + 2_000 - Date.now()));
  for (const { dial1, reference } of held) {
    const seen = invites(world, dial1);
    if (seen !== 1) throw new Error(`the retry of ${reference} was dialled early: ${seen} INVITEs`);
  }
}
