import { setTimeout as pass } from 'node:timers/promises';
import { invites } from '../e2e/world.ts';
import type { RedialProcess } from '../support/redial.ts';
import { until } from '../support/until.ts';
import type { FaultWorld } from './fault-world.ts';
import { type HeldCalls, record } from './phases.ts';
import { deliverAgain } from './redelivery.ts';

/** What goes wrong, from the first harm to the last repair. What was stopped is released at the worst moment in between. */
export interface Fault {
  readonly pbxs?: 2;
  strike(world: FaultWorld, calls: HeldCalls): Promise<void>;
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
  async strike(world) {
    const lost = untilLinksLost(world);
    await world.pbx.asterisk.kill();
    await lost;
    await releaseAndOriginate(world);
    await world.pbx.asterisk.restart();
  },
};

const amiCut: Fault = {
  async strike(world) {
    const lost = untilLinksLost(world);
    for (const ami of Object.values(world.amiOf)) {
      ami.refuse();
      ami.cut();
    }
    await lost;
    await releaseAndOriginate(world);
    for (const ami of Object.values(world.amiOf)) ami.heal();
  },
};

const hourMs = 3_600_000;

export const faults = {
  'API killed': killed('api'),
  'dialer killed': killed('dialer'),
  'results killed': killed('results'),
  'Redis killed': {
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
      const { cli } = world.pbx.asterisk;
      await until(async () => /^0 active channels/m.test(await cli('core show channels count')), {
        what: 'every call is over',
        withinMs: 40_000,
      });
      for (const ami of Object.values(world.amiOf)) {
        // What went into the silence is lost with its connection; new ones go through.
        ami.cut();
        ami.heal();
      }
    },
  },
  'Asterisk killed': asteriskKilled,
  'jobs delivered twice': {
    async strike(world) {
      const { redial, books, release } = world;
      const others = await Promise.all([redial.another('dialer'), redial.another('results')]);
      await until(() => others.every(takesJobs), { what: 'a second dialer and a second results process take jobs' });
      await deliverAgain(books);
      release();
    },
  },
  'Redis paused 40 s': {
    async strike({ redis, release }) {
      await redis.pause();
      release();
      // Twice the time for which BullMQ's locks hold.
      await pass(40_000);
      await redis.resume();
    },
  },
  /** A frozen process, a host that was put to sleep: it wakes in the middle of what it did, and the world has gone on. */
  'dialer asleep': {
    async strike(world, calls) {
      const {
        redial: { dialer },
        release,
      } = world;
      process.kill(dialer.pid, 'SIGSTOP');
      release();
      await until(async () => (await record(world, await calls['fence taken'].id)).history.length > 0, {
        what: 'the attempt is given up',
        withinMs: 90_000,
      });
      process.kill(dialer.pid, 'SIGCONT');
    },
  },
  'clock +1 h': {
    async strike(world) {
      await world.probe.stepClocks(pidsOf(world.redial), hourMs);
      await releaseFenceLast(world);
    },
  },
  'clock −1 h': {
    async strike(world, calls) {
      await world.probe.stepClocks(pidsOf(world.redial), -hourMs);
      await releaseFenceLast(world);
      // Longer than the retries' delay: by the clock that all agree on they are due in an hour.
      await pass(4_000);
      for (const phase of ['settled', 'CDR written', 'next attempt queued'] as const) {
        const seen = invites(world, calls[phase].dial1);
        if (seen !== 1) throw new Error(`the retry of the call that was "${phase}" was dialled early: ${seen} INVITEs`);
      }
    },
    async mend({ redial, probe }) {
      await probe.stepClocks(pidsOf(redial), 0);
    },
  },
  'one of two Asterisks killed': { ...asteriskKilled, pbxs: 2 },
  'AMI cut to one of two': { ...amiCut, pbxs: 2 },
} as const satisfies Record<string, Fault>;
export type FaultName = keyof typeof faults;

function pidsOf({ api, dialer, results }: FaultWorld['redial']): number[] {
  return [api, dialer, results].map(({ pid }) => pid);
}

/** Both witnesses know that the PBX is gone. To be called before it goes. */
async function untilLinksLost({ redial: { dialer, results } }: FaultWorld): Promise<void> {
  const lost = () => [dialer, results].map((process) => process.log().split('"PBX disconnected"').length);
  const before = lost();
  await until(() => lost().every((times, i) => times > (before[i] ?? 0)), {
    what: 'both witnesses have lost the PBX',
    withinMs: 40_000,
  });
}

/** Time for the sweeper to look for what nobody watches, with the dialer still between its fence and its Originate. */
async function releaseFenceLast({ redisOf, release }: FaultWorld): Promise<void> {
  release({ but: redisOf.dialer });
  await pass(4_000);
  release();
}

/** The attempt behind its fence goes on to its Originate. */
async function releaseAndOriginate(world: FaultWorld): Promise<void> {
  const { dialer } = world.redial;
  const originated = () => dialer.log().split('"originated"').length;
  const before = originated();
  world.release();
  await until(() => originated() > before, { what: 'the attempt behind its fence is originated' });
}

function takesJobs({ log }: RedialProcess): boolean {
  return log().includes('"ready"');
}
