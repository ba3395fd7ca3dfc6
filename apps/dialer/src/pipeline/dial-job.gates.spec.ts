import { describe, expect, it } from 'vitest';
import { anotherAttemptId, attemptId, job, monday9 } from '../../testing/builders.ts';
import { type DialJobWorld, dialJobWorld, expectNothingBegun } from '../../testing/dial-job-world.ts';

describe('given a gate that does not allow a due call', () => {
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
    { gate: 'tenant', tenant: { id: 'somebody-else' }, until: monday9 + 30_000 },
  ];

  it.each(ruled)(
    'when $gate defers it, then the call states until when and why, and the job sleeps until then',
    async (cell) => {
      const world = dialJobWorld({ tenant: cell.tenant });
      world.store.attemptsToday.set('27821234567', 'attemptsToday' in cell ? (cell.attemptsToday ?? 0) : 0);
      const decision = await world.run(job);
      expect(decision).toMatchObject({ type: 'later', at: cell.until });
      expect(world.call.state).toMatchObject({ status: 'scheduled', attemptId, dueAt: cell.until });
      expect(world.call.gateNote).toMatchObject({ gate: cell.gate, decision: 'defer', until: cell.until });
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
    'when $gate is missing, then the call is late: its due time stays, and it is checked again soon',
    async (cell) => {
      const world = dialJobWorld({ trunk: { maxCalls: 1 } });
      cell.prepare(world);
      const decision = await world.run(job);
      const { state, gateNote } = world.call;
      expect(state).toMatchObject({ attemptId, dueAt: monday9, nextGateCheckAt: gateNote?.until });
      expect(gateNote).toMatchObject({ gate: cell.gate, decision: 'defer' });
      expect(gateNote?.until).toSatisfy((until: number) => until > monday9 && until <= monday9 + 10_000);
      expect(decision).toMatchObject({ type: 'later', at: gateNote?.until });
      expect(world.watch.originated).toEqual([]);
      expect(Object.values(world.store.held()).flat()).not.toContain(attemptId);
    },
  );

  it('when Asterisk cannot take the order, then the call fails and names the fault: no attempt begins, and no permit is held', async () => {
    const variables = Object.fromEntries(Array.from({ length: 130 }, (_, n) => [`V${n}`, 'x']));
    const world = dialJobWorld({ request: { variables } });
    expect(await world.run(job)).toMatchObject({ type: 'done', note: 'the call is failed' });
    expect(world.call.state).toMatchObject({
      status: 'failed',
      reason: expect.stringMatching(/^it cannot be dialled: variables: 130 are more than Asterisk takes/),
    });
    expect(world.call.history).toEqual([]);
    expectNothingBegun(world);
    expect(Object.values(world.store.held()).flat()).toEqual([]);
  });

  it('when no PBX comes back, then the call is checked less and less often, and at least once a minute', async () => {
    const world = dialJobWorld();
    world.pbx.down();
    const waits: number[] = [];
    for (let n = 0; n < 20; n++) {
      await world.run(job);
      const until = world.call.gateNote?.until ?? 0;
      waits.push(until - world.clock.at);
      world.clock.at = until;
    }
    const [first = 0] = waits;
    expect([first >= 5_000, first <= 10_000]).toEqual([true, true]);
    expect(waits.every((wait, n) => wait >= Math.min(waits[n - 1] ?? 0, 30_000) && wait <= 60_000)).toBe(true);
    expect(Math.min(...waits.slice(15))).toBeGreaterThanOrEqual(30_000);
  });

  it.each(missing)(
    'when $gate is missing for longer than the call may wait, then it is checked again at its end, and expires',
    async ({ prepare }) => {
      const expiresAt = monday9 + 50;
      const world = dialJobWorld({ trunk: { maxCalls: 1 }, request: { expiresAt } });
      prepare(world);
      expect(await world.run(job)).toMatchObject({ type: 'later', at: expiresAt + 1 });
      world.clock.at = expiresAt + 1;
      await world.run(job);
      expect(world.call.state).toMatchObject({ status: 'expired' });
      expect(world.watch.originated).toEqual([]);
    },
  );

  it('when its trunk is no longer configured, then the call waits for the operator to restore it, and states so', async () => {
    const world = dialJobWorld({ trunk: { name: 'other' }, tenant: { trunks: ['other'] } });
    expect(await world.run(job)).toMatchObject({ type: 'later' });
    expect(world.call.gateNote).toMatchObject({ gate: 'pbx', reason: 'no configured PBX has its trunks' });
    expectNothingBegun(world);
  });

  it('when what was missing is there again, then the call is dialled, and its attempt records how late it is', async () => {
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
    {
      gate: 'trunk.carrier',
      trunk: { maxCalls: 1 },
      request: { dial1: { kind: 'number', e164: '27829999999', trunk: 'carrier' } } as const,
      status: 'blocked',
    },
    {
      gate: 'destination',
      tenant: { services: [{ kind: 'queue', name: 'sales' }] },
      request: { dial1: { kind: 'service', service: 'support' } } as const,
      status: 'blocked',
    },
    { gate: 'destination', request: { dial2: { kind: 'service', service: 'support' } } as const, status: 'blocked' },
    { gate: 'expired', request: { expiresAt: monday9 - 1 }, status: 'expired' },
  ];

  it.each(ended)('when $gate forbids it for ever, then the call is $status and its job is done', async (cell) => {
    const { tenant, trunk, request, gate, status } = { tenant: {}, trunk: {}, request: {}, ...cell };
    const world = dialJobWorld({ tenant, trunk, request });
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining(status) });
    expect(world.call.state.status).toBe(status);
    if (status === 'blocked') expect(world.call.gateNote).toMatchObject({ gate, decision: 'block' });
    expectNothingBegun(world);
  });

  it('when it was promoted by hand before its time, then it goes back to sleep and its record is untouched', async () => {
    const world = dialJobWorld({ now: monday9 - 5_000 });
    const before = world.call;
    expect(await world.run(job)).toMatchObject({ type: 'later', at: monday9 });
    expect(world.call).toBe(before);
    expectNothingBegun(world);
  });

  it('when another call takes the number’s last attempt of the day meanwhile, then the call is deferred to tomorrow', async () => {
    const world = dialJobWorld({ tenant: { caps: { attemptsPerNumberPerDay: 1 } } });
    world.store.beforeNextWrite.push(() => world.store.attemptsToday.set('27821234567', 1));
    expect(await world.run(job)).toMatchObject({ type: 'later', at: tuesday0 });
    expectNothingBegun(world);
  });

  it('when the tenant’s calls of a day are limited and its numbers’ are not, then the number is still counted', async () => {
    const world = dialJobWorld({ tenant: { quotas: { callsPerDay: 5 } } });
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.store.attempt(attemptId)?.countedOn).toBe('2026-03-02');
    expect(world.store.attemptsToday.get('27821234567')).toBe(1);
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

  it.each(['pbx-1', 'pbx-2'])('when %s is full, then the other one dials, whichever comes first', async (full) => {
    // Calls take turns at which PBX comes first.
    for (const { second, watch, run, store } of [1, 2].map(() => two({ pbxLimits: { maxCalls: 1 } }))) {
      store.occupy(`pbx.${full}`, anotherAttemptId);
      await run(job);
      expect([watch.originated.length, second.watch.originated.length]).toEqual(full === 'pbx-1' ? [0, 1] : [1, 0]);
      expect(store.held()[`pbx.${full}`]).toEqual([anotherAttemptId]);
    }
  });
});
