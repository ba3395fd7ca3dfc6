import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { agent, customer, invites, place, read } from '../e2e/world.ts';
import { type FaultWorld, startFaultWorld } from './fault-world.ts';

/**
 * Waiting calls, while the clocks of all hosts are corrected by an hour (NTP after a start with a wrong clock) or a
 * host sleeps. A call is due by the present clock, whatever the clock was before: nothing is dialled earlier, and
 * nothing is forgotten.
 */
describe('given calls that are due later', () => {
  const minuteMs = 60_000;
  let world: FaultWorld;
  let pids: readonly number[];
  beforeAll(async () => {
    world = await startFaultWorld({ pbxs: 1 });
    pids = [world.redial.api, world.redial.dialer, world.redial.results].map(({ pid }) => pid);
  });
  afterEach(() => world.probe.stepClocks(pids, 0));
  afterAll(() => world?.end());

  async function dueIn(which: number, ms: number) {
    const [dial1, dial2] = [agent('answersAndHangsUp', which), customer('answers', which)];
    const notBefore = new Date(Date.now() + ms).toISOString();
    return { dial1, dial2, id: await place(world, { dial1, dial2: `+${dial2}`, notBefore }) };
  }
  const dialed = async ({ dial1, dial2, id }: Awaited<ReturnType<typeof dueIn>>) => {
    const [cdr] = await world.redial.inbox.next(id);
    expect(cdr).toMatchObject({ attemptNumber: 1, disposition: 'answered', call: { state: 'completed' } });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([1, 1]);
  };
  const waits = async ({ dial1, dial2, id }: Awaited<ReturnType<typeof dueIn>>) => {
    expect(await read(world, id)).toMatchObject({ state: 'scheduled', attempts: [] });
    expect([invites(world, dial1), invites(world, dial2)]).toEqual([0, 0]);
  };

  it('when the clock is put forward by an hour, then the calls that became due are dialled once, and the rest waits', async () => {
    const [soon, late] = [await dueIn(1, 30 * minuteMs), await dueIn(2, 120 * minuteMs)];
    await waits(soon);
    await world.probe.stepClocks(pids, 60 * minuteMs);
    await dialed(soon);
    await waits(late);
  });

  it('when the clock is set back by an hour, then a call waits that hour longer; once the clock is corrected, it is dialled once', async () => {
    const call = await dueIn(3, 2_000);
    await world.probe.stepClocks(pids, -60 * minuteMs);
    // A later call, due at once by that clock, runs to its end: an early one would have been dialled by then.
    const [dial1, dial2] = [agent('answersAndHangsUp', 4), customer('answers', 4)];
    const probe = await place(world, { dial1, dial2: `+${dial2}`, talkLimitSeconds: 5 });
    await world.redial.inbox.next(probe);
    await waits(call);
    await world.probe.stepClocks(pids, 0);
    await dialed(call);
  });

  it('when all processes sleep past its time, then it is dialled once when they wake', async () => {
    const call = await dueIn(5, 1_000);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    // Only waiting is possible here: no process is awake to report anything.
    await new Promise((woken) => setTimeout(woken, 15_000));
    expect(invites(world, call.dial1)).toBe(0);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await dialed(call);
  });
});
