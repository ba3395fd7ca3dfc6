import { type Call, isPlanned } from '@redial/call';
import { dialOrder } from '@redial/queue';
import { describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { newCall, request } from '../store/store-on-redis.ts';
import { aCrashWorld } from './crash-world.ts';

/**
 * A dialer is killed before its first operation for a job, before its second, and so on, until it has dialled. The
 * points lie around the permits, the claim and the Originate. Each time another dialer and a results process take over.
 */
const world = aCrashWorld();
const limits = ['pbx.main', 'trunk.carrier'];
/** Longer than the ring timeout and all other waits. */
const laterMs = 120_000;

let numbers = 0;

/** An agent and a customer who both answer. */
function aCall(aheadMs: number): Call {
  const which = String(numbers++).padStart(4, '0');
  return newCall({
    at: Date.now() + aheadMs,
    request: {
      ...request,
      dial1: { kind: 'extension', extension: `10${which.slice(2)}` },
      dial2: { kind: 'number', e164: `2782000${which}`, trunk: 'carrier' },
      dial1RingTimeoutSeconds: 5,
      dial2RingTimeoutSeconds: 5,
      talkLimitSeconds: 10,
      retryPolicy: { ...request.retryPolicy, maxRetries: 0 },
    },
  });
}

describe('given a dialer that dies', () => {
  it('when it dies between any two of its operations, then no phone rings twice, and the call has one end', async () => {
    const all: Call[] = [];
    let aheadMs = 0;
    let passed: readonly string[] = [];
    let dialer = await world.start('dialer', aheadMs);
    for (;;) {
      const call = aCall(aheadMs);
      all.push(call);
      if (!isPlanned(call.state)) throw new TypeError('a call that was accepted is planned');
      await world.store.acceptCalls([call]);
      world.failPoint.arm(all.length - 1, () => dialer.kill());
      await world.queues.dial.add([dialOrder(call, { ...call.state, dueAt: 0 })]);
      const dialled = expect.poll(() => isDialled(call), { timeout: 20_000, interval: 10 }).toBe(true);
      await Promise.race([world.failPoint.strikes(), dialled]);
      const isDead = world.failPoint.hasStruck;
      if (isDead) await dialer.gone;
      passed = world.failPoint.disarm();
      aheadMs += laterMs;
      await world.redis.del(`${world.prefix}:lease:sweeper`);
      const results = await world.start('results', aheadMs, { isSound: true });
      if (isDead) dialer = await world.start('dialer', aheadMs);
      await dialled;
      await expect.poll(() => isOver(call), { timeout: 20_000, interval: 20 }).toBe(true);
      results.kill();
      await results.gone;
      if (!isDead) break;
    }
    expect(passed).toContain('Originate');
    expect(passed.length, 'operations of a dial job').toBeGreaterThan(4);

    const cdrs = await Promise.all(all.map(cdrsOf));
    expect(cdrs.map((of) => of.length)).toEqual(all.map(() => 1));
    for (const [n, call] of all.entries()) {
      const rang = invitesOf(call);
      const [cdr] = cdrs[n] ?? [];
      // Either both phones rang once, or the dialer died with the claim: then none rang, and the CDR states it.
      expect(rang, `INVITEs after ${n} operations`).toEqual(cdr.lost ? [0, 0] : [1, 1]);
      expect(cdr.disposition).toBe(cdr.lost ? 'no_answer' : 'answered');
    }
    expect(cdrs.filter(([cdr]) => cdr.lost).length, 'died between claim and Originate').toBeLessThanOrEqual(2);
    await expectNothingLeft();
  }, 600_000);
});

async function statusOf(call: Call): Promise<string> {
  return (await world.store.readCall(call.id))?.value.state.status ?? 'gone';
}

/** Dial1's outcome is known, and the job is done. */
async function isDialled({ state }: Call): Promise<boolean> {
  return 'attemptId' in state && (await world.jobs('dial').getJobState(state.attemptId)) === 'completed';
}

async function isOver(call: Call): Promise<boolean> {
  const status = await statusOf(call);
  return ['completed', 'exhausted'].includes(status) && (await world.store.countUndelivered()) === 0;
}

function invitesOf({ request: { dial1, dial2 } }: Call): number[] {
  const users = [dial1.kind === 'extension' && dial1.extension, dial2.kind === 'number' && dial2.e164];
  return users.map((user) => world.pbx.phones.invitesTo(String(user)).length);
}

// biome-ignore lint/suspicious/noExplicitAny: a consumer reads whatever the list holds, and asserts on it
async function cdrsOf({ id }: Call): Promise<any[]> {
  const entries = (await world.redis.lrange(world.list, '0', '-1')).map((entry) => JSON.parse(entry));
  return entries.filter(({ callId }) => callId === id);
}

async function expectNothingLeft(): Promise<void> {
  const { store, redis, prefix } = world;
  expect(await store.pbxsWithOpenAttempts()).toEqual([]);
  expect(await store.permitsHeld(limits, 0)).toEqual(Object.fromEntries(limits.map((limit) => [limit, 0])));
  expect(await redis.zcard(`${prefix}:slots-in-use:main`)).toBe(0);
  expect(await redis.zcard(`${prefix}:due`)).toBe(0);
  const idle = { waiting: 0, active: 0, delayed: 0, failed: 0 };
  expect(await jobCounts(world.queues)).toEqual({ dial: idle, results: idle, deliveries: idle });
}
