import { setTimeout as pass } from 'node:timers/promises';
import { invites } from '../e2e/world.ts';
import type { RedialProcess } from '../support/redial.ts';
import { until } from '../support/until.ts';
import type { FaultWorld } from './fault-world.ts';
import { type HeldCalls, record } from './held-call.ts';
import type { Phase } from './phases.ts';
import { type Extras, redelivery } from './redelivery.ts';
import { untilAllEnded, untilClaimIsOver, untilLinksLost, untilPbxIsIdle } from './turning-points.ts';

/** What goes wrong, from the first harm to the last repair. What was stopped is released at the worst moment in between. */
export interface Fault {
  readonly pbxs?: 2;
  /**
   * A worker's connections to Redis break, and a job that it has may be left as failed: history for the dashboard. Under any other fault
   * none may.
   */
  readonly breaksRedis?: true;
  /** Where the dialer has to speak of its claim before anybody may give the attempt up: longer than the fault lasts. */
  readonly claimRingSeconds?: number;
  /** Before the first call: what takes longer to start than a call stays in its phase. */
  prepare?(world: FaultWorld): Promise<Extras>;
  strike(world: FaultWorld, calls: HeldCalls, extras: Extras): Promise<void>;
  /** Once everything has come to rest that can: the clock is right again. */
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

/** In good order: it hangs up what there is and runs the hang-up handlers before it ends. */
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

/** What the other PBX is there for: it takes what can still be dialled, for as long as the first one is away. */
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
      // The connections have broken: what was held is lost, and whoever asked does not know what came of it.
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
      // What went into the silence must not come out of it: who gave the connection up has to have seen to that.
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
      // Many times what BullMQ's locks hold for, and longer than any connection waits for an answer.
      await pass(40_000);
      await redis.resume();
      // The claim's answer, 40 s late.
      release();
      await until(async () => (await redelivery.stalled(world.books)) > 0, {
        what: 'a job whose lock ran out is delivered again',
      });
    },
  },
  /** A frozen process, a host that was put to sleep: it wakes in the middle of what it did, and the world has gone on. */
  'dialer asleep': {
    // It slept for longer than its connections wait for an answer.
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
      // By that clock it should have been rung an hour ago; the dialer is still between its claim and its Originate.
      await untilClaimIsOver(world, calls);
      release();
    },
  },
  'clock −1 h': {
    async strike(world, calls) {
      const { redial, probe, redisOf, release } = world;
      await probe.stepClocks(pidsOf(redial), -hourMs);
      release({ but: redisOf.dialer });
      // Time for the sweeper to look for what nobody watches, with the dialer still between its claim and its Originate.
      await pass(4_000);
      release();
      // By the clock that all agree on, the retries are due in an hour.
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

/** A while after the moment at which these calls would be dialled again by the world's clock. */
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
