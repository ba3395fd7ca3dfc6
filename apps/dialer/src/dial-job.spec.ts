import { describe, expect, it } from 'vitest';
import {
  aCall,
  anotherAttemptId,
  attemptId,
  busyOutcome,
  fencedElsewhere,
  job,
  monday9,
} from './test-support/builders.ts';
import { type DialJobWorld, dialJobWorld } from './test-support/dial-job-world.ts';

/** Nothing was dialled, and nothing is held for it. */
function expectNothingBegun({ steps, watch, store }: DialJobWorld): void {
  expect(steps.filter((step) => ['fence', 'originate'].includes(step))).toEqual([]);
  expect(watch.originated).toEqual([]);
  expect(store.attempt(attemptId)).toBeUndefined();
  expect(store.held()).toEqual({});
}

describe('given a call that is due', () => {
  it('when its job comes, then the fence is taken, then it is originated, and the job lasts until dial1’s outcome', async () => {
    const world = dialJobWorld();
    let verdict: unknown;
    const running = world.run(job).then((said) => {
      verdict = said;
    });
    await expect.poll(() => world.watch.originated.length).toBe(1);
    expect(verdict).toBeUndefined();
    world.watch.dial1('answered');
    await running;
    expect(verdict).toEqual({ type: 'done', note: 'dial1: answered' });
    expect(world.steps).toEqual(['fence', 'remember', 'originate', 'begun']);
    expect(world.call.state).toMatchObject({ status: 'dialing', attemptId });
    expect(world.watch.originated).toEqual([
      expect.objectContaining({
        attemptId,
        slot: 7,
        dial1Channel: 'PJSIP/1001',
        dial2Channel: 'PJSIP/27821234567@carrier',
      }),
    ]);
  });

  it('then what is written down of the attempt is enough to look it up and to end it', async () => {
    const world = dialJobWorld();
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.store.attempt(attemptId)).toEqual({
      id: attemptId,
      callId: job.callId,
      tenantId: 'acme',
      attemptNumber: 1,
      dueAt: monday9,
      plan: { dial1RingTimeoutMs: 20_000, dial2RingTimeoutMs: 30_000, talkLimitMs: 60_000 },
      pbx: 'pbx-1',
      pbxBoot: 'boot of pbx-1',
      slot: 7,
      lanes: ['pbx.pbx-1', 'trunk.carrier'],
      originatedAt: monday9,
    });
    expect(world.store.held()).toEqual({ 'pbx.pbx-1': [attemptId], 'trunk.carrier': [attemptId] });
    expect(world.remembered).toEqual([world.store.attempt(attemptId)]);
  });

  it('when its start is granted for later, then nothing is fenced or originated before that', async () => {
    const world = dialJobWorld();
    world.store.startsAfterMs = 400;
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.steps).toEqual(['wait', 'fence', 'remember', 'originate', 'begun']);
    expect(world.store.attempt(attemptId)?.originatedAt).toBe(monday9 + 400);
  });

  it.each([
    { what: 'the call is gone', prepare: () => ({ ...job, callId: 'call_01HZZZZZZZZZZZZZZZZZ000099' as never }) },
    { what: 'the job is of another attempt', prepare: () => ({ ...job, attemptId: anotherAttemptId }) },
    {
      what: 'the call is canceled',
      prepare: (world: DialJobWorld) => {
        world.step({ type: 'cancel', at: monday9 });
        return job;
      },
    },
  ])('when $what, then there is nothing to dial', async ({ prepare }) => {
    const world = dialJobWorld();
    expect(await world.run(prepare(world))).toMatchObject({ type: 'done' });
    expectNothingBegun(world);
  });
});

describe('given a race for the call', () => {
  it('when another dialer takes the fence first, then its attempt is adopted, not originated again', async () => {
    const world = dialJobWorld();
    world.watch.dial1('answered');
    world.store.beforeNextWrite.push(() => world.store.fence(...fencedElsewhere(world.call)));
    expect(await world.run(job)).toEqual({ type: 'done', note: 'resumed; dial1: answered' });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toMatchObject([{ attemptId }]);
  });

  it('when it is canceled between the gates and the fence, then it is not originated, and its places are free', async () => {
    const world = dialJobWorld();
    world.store.beforeNextWrite.push(() => world.step({ type: 'cancel', at: monday9 }));
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining('canceled') });
    expect(world.call.state.status).toBe('canceled');
    expectNothingBegun(world);
  });

  it('when it is rescheduled between the gates and the fence, then the job sleeps until the new time', async () => {
    const world = dialJobWorld();
    const dueAt = monday9 + 3_600_000;
    world.store.beforeNextWrite.push(() => world.step({ type: 'reschedule', at: monday9, dueAt }));
    expect(await world.run(job)).toMatchObject({ type: 'later', at: dueAt });
    expectNothingBegun(world);
  });

  it('when it changes without losing its time, then it is dialled all the same, once', async () => {
    const world = dialJobWorld();
    world.watch.dial1('ended');
    world.store.beforeNextWrite.push(() => world.store.change(job.callId, (call) => ({ ...call })));
    expect(await world.run(job)).toMatchObject({ type: 'done' });
    expect(world.watch.originated).toHaveLength(1);
  });

  it('when it changes every time, then the job steps aside for a moment and holds nothing', async () => {
    const world = dialJobWorld();
    world.store.beforeEachWrite = () => world.store.change(job.callId, (call) => ({ ...call }));
    const verdict = await world.run(job);
    expect(verdict).toMatchObject({ type: 'later' });
    expect(verdict).toHaveProperty(
      'at',
      expect.toSatisfy((at: number) => at > monday9 && at <= monday9 + 10_000),
    );
    expectNothingBegun(world);
  });

  it('when a gate’s answer cannot be written because it changed, then the gates are asked again', async () => {
    const world = dialJobWorld({ tenant: { doNotCall: ['27821234567'] } });
    world.store.beforeNextWrite.push(() => world.store.change(job.callId, (call) => ({ ...call })));
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining('blocked') });
    expect(world.call.state.status).toBe('blocked');
  });
});

describe('given a start that is waited for', () => {
  const waiting = (more: Parameters<typeof dialJobWorld>[0] = {}) => {
    const world = dialJobWorld(more);
    world.store.startsAfterMs = 4_000;
    return world;
  };

  it('when this dialer is told to stop, then another one takes the job at once', async () => {
    const world = waiting();
    world.whileWaiting = () => false;
    expect(await world.run(job)).toMatchObject({ type: 'later', at: monday9 });
    expect(world.call.state).toMatchObject({ attemptId, dueAt: monday9 });
    expectNothingBegun(world);
  });

  it('when the call expires meanwhile, then it is expired and not dialled', async () => {
    const world = waiting({ request: { expiresAt: monday9 + 2_000 } });
    await world.run(job);
    expect(world.call.state.status).toBe('expired');
    expectNothingBegun(world);
  });

  it('when the calling window closes meanwhile, then it is put off to the next', async () => {
    const callingWindows = [{ days: ['mon', 'tue'], from: '08:00', to: '09:00' }];
    const world = waiting({
      tenant: { callingWindows },
      now: monday9 - 1_000,
      request: { notBeforeAt: monday9 - 1_000 },
    });
    const tuesday8 = Date.parse('2026-03-03T08:00:00+02:00');
    expect(await world.run(job)).toMatchObject({ type: 'later', at: tuesday8 });
    expect(world.call.gateNote).toMatchObject({ gate: 'window', until: tuesday8 });
    expectNothingBegun(world);
  });

  it('when the PBX goes away meanwhile, then the call asks again soon', async () => {
    const world = waiting();
    world.whileWaiting = () => {
      world.pbx.isUp = false;
      return true;
    };
    expect(await world.run(job)).toMatchObject({ type: 'later' });
    expect(world.call.gateNote).toMatchObject({ gate: 'pbx' });
    expectNothingBegun(world);
  });
});

describe('given Redis that fails at the fence', () => {
  it('when nothing was written, then nothing is originated, and the job’s next run dials', async () => {
    const world = dialJobWorld();
    world.store.fenceFails = 'before';
    await expect(world.run(job)).rejects.toThrow('Redis is gone');
    expect(world.watch.originated).toEqual([]);
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.watch.originated).toHaveLength(1);
  });

  it('when the fence was written and nobody heard so, then nothing is originated, now or by the job’s next run', async () => {
    const world = dialJobWorld();
    world.store.fenceFails = 'after';
    await expect(world.run(job)).rejects.toThrow('Redis is gone');
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toMatchObject([{ attemptId }]);
  });
});

describe('given a job that is delivered again', () => {
  const fenced = (more: Parameters<typeof fencedElsewhere>[1] = {}) => {
    const world = dialJobWorld();
    world.store.fence(...fencedElsewhere(aCall(), more));
    return world;
  };

  it('when its attempt is under way, then it is looked up and never originated', async () => {
    const world = fenced();
    world.watch.dial1('answered');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'resumed; dial1: answered' });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toMatchObject([
      { attemptId, slot: 3, boot: 'boot of pbx-1', originatedAt: monday9, plan: { dial1RingTimeoutMs: 20_000 } },
    ]);
  });

  it('when its attempt is under way, then its conclusion finds its call', async () => {
    const world = fenced();
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.remembered).toMatchObject([{ id: attemptId, callId: job.callId }]);
  });

  it('when it came twice to this dialer, then one attempt is watched and both jobs last until dial1’s outcome', async () => {
    const world = dialJobWorld();
    const first = world.run(job);
    await expect.poll(() => world.watch.originated.length).toBe(1);
    const second = world.run(job);
    world.watch.dial1('ended');
    expect(await Promise.all([first, second])).toMatchObject([{ type: 'done' }, { type: 'done' }]);
    expect(world.watch.originated).toHaveLength(1);
    expect(world.watch.adopted).toEqual([]);
  });

  it('when its attempt has been settled, then there is nothing left to do', async () => {
    const world = fenced();
    const outcome = busyOutcome(monday9 + 1_000);
    world.store.settle(attemptId, { outcome, evidence: {}, settledAt: monday9 + 1_000, witness: 'results' });
    expect(await world.run(job)).toEqual({ type: 'done', note: 'already settled' });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toEqual([]);
    expect(world.remembered).toEqual([]);
  });

  it('when its PBX is not configured here, then it is left to the results process', async () => {
    const world = fenced({ pbx: 'pbx-9' });
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining('pbx-9') });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toEqual([]);
  });
});

describe('given a gate that does not let a due call pass', () => {
  const tuesday0 = Date.parse('2026-03-03T00:00:00+02:00');
  const monday10 = Date.parse('2026-03-02T10:00:00+02:00');
  const ruled = [
    { gate: 'paused', tenant: { paused: true }, until: monday9 + 30_000 },
    {
      gate: 'window',
      tenant: { callingWindows: [{ days: ['mon'], from: '10:00', to: '17:00' }] },
      until: monday10,
    },
    { gate: 'cap', tenant: { caps: { attemptsPerNumberPerDay: 2 } }, until: tuesday0, attemptsToday: 2 },
  ];

  it.each(ruled)(
    'when $gate puts it off, then the record says until when and why, and the job sleeps as long',
    async (cell) => {
      const world = dialJobWorld({ tenant: cell.tenant });
      world.store.attemptsToday.set('27821234567', 'attemptsToday' in cell ? (cell.attemptsToday ?? 0) : 0);
      const verdict = await world.run(job);
      expect(verdict).toMatchObject({ type: 'later', at: cell.until });
      expect(world.call.state).toMatchObject({ status: 'scheduled', attemptId, dueAt: cell.until });
      expect(world.call.gateNote).toMatchObject({ gate: cell.gate, verdict: 'defer', until: cell.until });
      expectNothingBegun(world);
    },
  );

  const missing = [
    { gate: 'pbx', prepare: (world: DialJobWorld) => world.pbx.down() },
    {
      gate: 'trunk.carrier',
      prepare: (world: DialJobWorld) => world.store.occupy('trunk.carrier', anotherAttemptId),
    },
  ];

  it.each(missing)(
    'when $gate is missing, then it is late: its due time stays, and it asks again soon',
    async (cell) => {
      const world = dialJobWorld({ trunk: { maxCalls: 1 } });
      cell.prepare(world);
      const verdict = await world.run(job);
      const { state, gateNote } = world.call;
      expect(state).toMatchObject({ attemptId, dueAt: monday9, askAgainAt: gateNote?.until });
      expect(gateNote).toMatchObject({ gate: cell.gate, verdict: 'defer' });
      expect(gateNote?.until).toSatisfy((until: number) => until > monday9 && until <= monday9 + 10_000);
      expect(verdict).toMatchObject({ type: 'later', at: gateNote?.until });
      expect(world.watch.originated).toEqual([]);
      expect(Object.values(world.store.held()).flat()).not.toContain(attemptId);
    },
  );

  it('when what was missing is there again, then it is dialled and its attempt knows how late it is', async () => {
    const world = dialJobWorld();
    world.pbx.down();
    await world.run(job);
    world.pbx.up();
    world.clock.at = monday9 + 10_000;
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.watch.originated).toHaveLength(1);
    expect(world.store.attempt(attemptId)).toMatchObject({ dueAt: monday9, originatedAt: monday9 + 10_000 });
  });

  const ended = [
    { gate: 'do_not_call', tenant: { doNotCall: ['27821234567'] }, status: 'blocked' },
    { gate: 'tenant', tenant: { id: 'somebody-else' }, status: 'blocked' },
    {
      gate: 'trunk.carrier',
      trunk: { maxCalls: 1 },
      request: { dial1: { kind: 'number', e164: '27829999999', trunk: 'carrier' } } as const,
      status: 'blocked',
    },
    { gate: 'expired', request: { expiresAt: monday9 - 1 }, status: 'expired' },
  ];

  it.each(ended)('when $gate forbids it for ever, then the call is $status and its job is done', async (cell) => {
    const { tenant, trunk, request, gate, status } = { tenant: {}, trunk: {}, request: {}, ...cell };
    const world = dialJobWorld({ tenant, trunk, request });
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining(status) });
    expect(world.call.state.status).toBe(status);
    if (status === 'blocked') expect(world.call.gateNote).toMatchObject({ gate, verdict: 'block' });
    expectNothingBegun(world);
  });

  it('when it was promoted by hand before its time, then it goes back to sleep and its record is untouched', async () => {
    const world = dialJobWorld({ now: monday9 - 5_000 });
    const before = world.call;
    expect(await world.run(job)).toMatchObject({ type: 'later', at: monday9 });
    expect(world.call).toBe(before);
    expectNothingBegun(world);
  });

  it('when another call takes the number’s last attempt of the day meanwhile, then it is put off to tomorrow', async () => {
    const world = dialJobWorld({ tenant: { caps: { attemptsPerNumberPerDay: 1 } } });
    world.store.beforeNextWrite.push(() => world.store.attemptsToday.set('27821234567', 1));
    expect(await world.run(job)).toMatchObject({ type: 'later', at: tuesday0 });
    expectNothingBegun(world);
  });

  it('when the day’s attempts are not used up, then it is dialled, and counts', async () => {
    const world = dialJobWorld({ tenant: { caps: { attemptsPerNumberPerDay: 3 } } });
    world.store.attemptsToday.set('27821234567', 2);
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.watch.originated).toHaveLength(1);
    expect(world.store.attemptsToday.get('27821234567')).toBe(3);
  });
});

describe('given two PBXs', () => {
  const two = (more: Parameters<typeof dialJobWorld>[0] = {}) => {
    const world = dialJobWorld({ pbxs: ['pbx-1', 'pbx-2'], ...more });
    const [second] = world.others;
    if (second === undefined) throw new Error('there is a second PBX');
    world.watch.dial1('ended');
    second.watch.dial1('ended');
    return { ...world, second, run: world.run };
  };

  it.each(['pbx-1', 'pbx-2'])('when %s is down, then the other one dials', async (down) => {
    const { second, pbx, watch, run, store } = two();
    (down === 'pbx-1' ? pbx : second.pbx).down();
    await run(job);
    expect([watch.originated.length, second.watch.originated.length]).toEqual(down === 'pbx-1' ? [0, 1] : [1, 0]);
    expect(store.attempt(attemptId)?.pbx).toBe(down === 'pbx-1' ? 'pbx-2' : 'pbx-1');
  });

  it.each(['pbx-1', 'pbx-2'])('when %s is full, then the other one dials', async (full) => {
    const { second, watch, run, store } = two({ pbxLimits: { maxCalls: 1 } });
    store.occupy(`pbx.${full}`, anotherAttemptId);
    await run(job);
    expect([watch.originated.length, second.watch.originated.length]).toEqual(full === 'pbx-1' ? [0, 1] : [1, 0]);
    expect(store.held()[`pbx.${full}`]).toEqual([anotherAttemptId]);
  });
});
