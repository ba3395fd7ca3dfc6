import type { DialDecision } from '@redial/queue';
import { describe, expect, it } from 'vitest';
import {
  aCall,
  anotherAttemptId,
  attemptId,
  busyOutcome,
  claimedElsewhere,
  job,
  monday9,
} from '../../testing/builders.ts';
import { type DialJobWorld, dialJobWorld, expectNothingBegun } from '../../testing/dial-job-world.ts';

describe('given a call that is due', () => {
  it('when its job comes, then it is claimed, then originated, and the job lasts until dial1’s outcome', async () => {
    const world = dialJobWorld();
    let decision: unknown;
    const running = world.run(job).then((made) => {
      decision = made;
    });
    await expect.poll(() => world.watch.originated.length).toBe(1);
    expect(decision).toBeUndefined();
    world.watch.dial1('answered');
    await running;
    expect(decision).toEqual({ type: 'done', note: 'dial1: answered' });
    expect(world.steps).toEqual(['claim', 'remember', 'originate']);
    expect(world.call.state).toMatchObject({ status: 'dialing', attemptId });
    expect(world.watch.originated).toEqual([
      expect.objectContaining({
        attemptId,
        slot: 1,
        dial1Channel: 'PJSIP/1001',
        dial2Channel: 'PJSIP/27821234567@carrier',
      }),
    ]);
  });

  it('then the attempt’s record holds all that is needed to reconcile it and to end it', async () => {
    const world = dialJobWorld();
    const number = expect.stringMatching(/^number\.[0-9a-f]{32}$/);
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.store.attempt(attemptId)).toEqual({
      id: attemptId,
      callId: job.callId,
      tenantId: 'acme',
      attemptNumber: 1,
      dueAt: monday9,
      plan: {
        dial1RingTimeoutMs: 20_000,
        dial2RingTimeoutMs: 30_000,
        talkLimitMs: 60_000,
        legs: { dial1: 'extension', dial2: 'trunk' },
      },
      pbx: 'pbx-1',
      pbxStartedAt: 'start of pbx-1',
      slot: 1,
      limits: ['pbx.pbx-1', 'extension.acme.1001', 'trunk.carrier', number],
      legLimits: { dial1: ['extension.acme.1001'], dial2: ['trunk.carrier', number] },
      originatedAt: monday9,
      claimedBy: expect.stringMatching(/^[\w-]{12}\.1$/),
    });
    const held = world.store.attempt(attemptId)?.limits.map((limit) => [limit, [attemptId]]) ?? [];
    expect(world.store.held()).toEqual(Object.fromEntries(held));
    expect(world.remembered).toEqual([world.store.attempt(attemptId)]);
  });

  it('when a client waits for its outcome, then its record states that, and the PBX is to report dial2’s channel', async () => {
    const world = dialJobWorld({ request: { outcomeAwaited: true } });
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.store.attempt(attemptId)).toMatchObject({ awaited: true });
    expect(world.watch.originated).toMatchObject([{ reportsDial2: true }]);
  });

  it('when the PBX’s dialplan rings a side of it, then its plan states that', async () => {
    const tenant = { services: [{ kind: 'queue', name: 'sales' }] };
    const world = dialJobWorld({ tenant, request: { dial1: { kind: 'service', service: 'sales' } } });
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.store.attempt(attemptId)?.plan).toMatchObject({ viaLocalChannel: true });
    expect(world.watch.originated).toMatchObject([{ dial1Channel: 'Local/sales@redial-queue/n' }]);
  });

  it('when this host slept between the claim and the Originate, then it is never originated, and its end is reported', async () => {
    const world = dialJobWorld();
    world.store.onClaimed.push(() => {
      world.clock.at += 5_001;
    });
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringMatching(/^not sent: 5001 ms/) });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toEqual([
      {
        id: attemptId,
        evidence: { refused: { message: expect.any(String), at: monday9 + 5_001, byUs: true, code: 'late' } },
      },
    ]);
  });

  it.each([5_000, -3_600_000])('when its clock moved by %i ms meanwhile, then it is originated', async (ms) => {
    const world = dialJobWorld();
    world.store.onClaimed.push(() => {
      world.clock.at += ms;
    });
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.watch.originated).toHaveLength(1);
  });

  it('when its start is granted for later, then nothing is claimed or originated before that', async () => {
    const world = dialJobWorld();
    world.store.startsAfterMs = 400;
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.steps).toEqual(['wait', 'claim', 'remember', 'originate']);
    expect(world.store.attempt(attemptId)?.originatedAt).toBe(monday9 + 400);
  });

  it('when its clock was set back by an hour after its start was granted, then it does not wait for that hour', async () => {
    const world = dialJobWorld();
    world.store.onPermitsGranted.push(() => {
      world.clock.at -= 3_600_000;
    });
    expect(await world.run(job)).toMatchObject({ type: 'later', at: monday9 - 3_600_000 });
    expectNothingBegun(world);
  });

  it('when this host sleeps until the lease of its permits has ended, then it acquires them again before the claim', async () => {
    const world = dialJobWorld();
    const grants: number[] = [];
    world.store.onPermitsGranted.push(() => {
      grants.push(world.clock.at);
      world.clock.at += 15_000;
      world.store.onPermitsGranted.push(() => void grants.push(world.clock.at));
    });
    world.watch.dial1('ended');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'dial1: ended' });
    expect(grants).toEqual([monday9, monday9 + 15_000]);
    expect(world.store.attempt(attemptId)?.originatedAt).toBe(monday9 + 15_000);
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
  it('when another dialer takes the claim first, then its attempt is adopted, not originated again', async () => {
    const world = dialJobWorld();
    world.watch.dial1('answered');
    world.store.beforeNextWrite.push(() => world.store.claim(...claimedElsewhere(world.call)));
    expect(await world.run(job)).toEqual({ type: 'done', note: 'resumed; dial1: answered' });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toMatchObject([{ attemptId }]);
  });

  it('when it is canceled between the gates and the claim, then it is not originated, and its permits are free', async () => {
    const world = dialJobWorld();
    world.store.beforeNextWrite.push(() => world.step({ type: 'cancel', at: monday9 }));
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining('canceled') });
    expect(world.call.state.status).toBe('canceled');
    expectNothingBegun(world);
  });

  it('when it is rescheduled between the gates and the claim, then the job sleeps until the new time', async () => {
    const world = dialJobWorld();
    const dueAt = monday9 + 3_600_000;
    world.store.beforeNextWrite.push(() => world.step({ type: 'reschedule', at: monday9, dueAt }));
    expect(await world.run(job)).toMatchObject({ type: 'later', at: dueAt });
    expectNothingBegun(world);
  });

  it('when it changes without losing its time, then it is still dialled, once', async () => {
    const world = dialJobWorld();
    world.watch.dial1('ended');
    world.store.beforeNextWrite.push(() => world.store.change(job.callId, (call) => ({ ...call })));
    expect(await world.run(job)).toMatchObject({ type: 'done' });
    expect(world.watch.originated).toHaveLength(1);
  });

  it('when it changes every time, then the job steps aside for a second and holds no permit', async () => {
    const world = dialJobWorld();
    world.store.beforeEachWrite = () => world.store.change(job.callId, (call) => ({ ...call }));
    const decision = await world.run(job);
    expect(decision).toMatchObject({ type: 'later' });
    expect(decision).toHaveProperty(
      'at',
      expect.toSatisfy((at: number) => at > monday9 && at <= monday9 + 10_000),
    );
    expectNothingBegun(world);
  });

  it('when a gate’s decision cannot be written because the call has changed, then the gates are checked again', async () => {
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

  it('when this dialer stops, then the job is given back at once, for another dialer', async () => {
    const world = waiting();
    world.whileWaiting = () => false;
    expect(await world.run(job)).toMatchObject({ type: 'later', at: monday9 });
    expect(world.call.state).toMatchObject({ attemptId, dueAt: monday9 });
    expectNothingBegun(world);
  });

  it('when a fault interrupts the run, then its permits are free for the next one', async () => {
    const world = waiting();
    world.whileWaiting = () => {
      throw new Error('a fault');
    };
    await expect(world.run(job)).rejects.toThrow('a fault');
    expectNothingBegun(world);
  });

  it('when the call expires meanwhile, then it is expired and not dialled', async () => {
    const world = waiting({ request: { expiresAt: monday9 + 2_000 } });
    await world.run(job);
    expect(world.call.state.status).toBe('expired');
    expectNothingBegun(world);
  });

  it('when the calling window closes meanwhile, then it is deferred to the next one', async () => {
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

  it('when the PBX goes down meanwhile, then the call is checked again soon', async () => {
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

describe('given a job that is delivered again', () => {
  const claimed = (more: Parameters<typeof claimedElsewhere>[1] = {}) => {
    const world = dialJobWorld();
    world.store.claim(...claimedElsewhere(aCall(), more));
    return world;
  };

  it('when its attempt is under way, then it is reconciled and never originated', async () => {
    const world = claimed();
    world.watch.dial1('answered');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'resumed; dial1: answered' });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toMatchObject([
      {
        attemptId,
        slot: 3,
        pbxStartedAt: 'start of pbx-1',
        originatedAt: monday9,
        plan: { dial1RingTimeoutMs: 20_000 },
      },
    ]);
  });

  it('when its attempt is under way, then its record is remembered for its end', async () => {
    const world = claimed();
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.remembered).toMatchObject([{ id: attemptId, callId: job.callId }]);
  });

  it('when it comes again to this dialer before the claim is answered, then the run that claimed it originates it, and no reconciliation begins', async () => {
    const world = dialJobWorld();
    const second = new Promise<DialDecision>((resolve) => world.store.onClaimed.push(() => resolve(world.run(job))));
    const first = world.run(job);
    expect((await second).type).toBe('done');
    world.watch.dial1('answered');
    expect(await first).toEqual({ type: 'done', note: 'dial1: answered' });
    expect(world.watch.originated).toHaveLength(1);
    expect(world.watch.adopted).toEqual([]);
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
    const world = claimed();
    const outcome = busyOutcome(monday9 + 1_000);
    world.store.settle(attemptId, { outcome, evidence: {}, settledAt: monday9 + 1_000, reportedBy: 'results' });
    expect(await world.run(job)).toEqual({ type: 'done', note: 'already settled' });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toEqual([]);
    expect(world.remembered).toEqual([]);
  });

  it('when its end is known here and its report is still pending, then no reconciliation begins: it would find less', async () => {
    const world = claimed();
    world.pendingReports.add(attemptId);
    expect(await world.run(job)).toEqual({ type: 'done', note: 'its end is known here' });
    expect(world.watch.adopted).toEqual([]);
    expect(world.remembered).toEqual([]);
  });

  it('when its PBX is not configured here, then it is left to the results process', async () => {
    const world = claimed({ pbx: 'pbx-9' });
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining('pbx-9') });
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toEqual([]);
  });
});
