import { outcomeOf } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { anotherAttemptId, attemptId, claimedElsewhere, job, monday9 } from '../../testing/builders.ts';
import { type DialJobWorld, dialJobWorld, expectNothingBegun } from '../../testing/dial-job-world.ts';

describe('given Redis that fails at the claim', () => {
  it.each(['before', 'after'] as const)(
    'when it dies %s the write, then the call is dialled once Redis is back',
    async (fails) => {
      const world = dialJobWorld();
      const pings = ['away', 'away', 'back'];
      world.store.claimFails = fails;
      world.store.ping = async () => {
        expect(world.watch.originated).toEqual([]);
        if (pings.shift() === 'away') throw new Error('Redis is gone');
      };
      world.watch.dial1('ended');
      expect(await world.run(job)).toEqual({ type: 'done', note: 'dial1: ended' });
      expect(world.steps.filter((step) => ['claim', 'originate'].includes(step))).toEqual(['claim', 'originate']);
      expect(world.watch.originated).toHaveLength(1);
      expect(world.watch.adopted).toEqual([]);
      const held = world.store.attempt(attemptId)?.limits.map((limit) => [limit, [attemptId]]) ?? [];
      expect(world.store.held()).toEqual(Object.fromEntries(held));
    },
  );

  it('when it comes back long after, then no Originate follows the claim, and its end is reported', async () => {
    const world = dialJobWorld();
    world.store.claimFails = 'after';
    world.store.ping = async () => {
      world.clock.at += 5_001;
    };
    expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringMatching(/^not sent: 5001 ms/) });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toMatchObject([{ id: attemptId, evidence: { refused: { at: monday9 + 5_001 } } }]);
  });

  it('when it writes the first claim only after the record was read, then the call is dialled once', async () => {
    const world = dialJobWorld();
    world.store.claimFails = 'before';
    world.store.onPermitsGranted.push(() =>
      world.store.onPermitsGranted.push(() => {
        const [late] = world.store.claimsSent;
        world.store.claim(...(late as NonNullable<typeof late>));
      }),
    );
    world.watch.dial1('ended');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'dial1: ended' });
    expect(world.watch.originated).toHaveLength(1);
    expect(world.watch.adopted).toEqual([]);
  });

  it('when this process stops before it is back, then nothing is originated, now or by the job’s next run', async () => {
    const world = dialJobWorld();
    world.store.claimFails = 'after';
    world.store.ping = async () => {
      world.stopping.abort();
      throw new Error('Redis is gone');
    };
    await expect(world.run(job)).rejects.toThrow('Redis is gone');
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.watch.originated).toEqual([]);
    expect(world.watch.adopted).toMatchObject([{ attemptId }]);
  });
});

describe('given Redis that keeps the dialer waiting for longer than the call may wait', () => {
  const tuesday8 = Date.parse('2026-03-03T08:00:00+02:00');
  const moments = [
    {
      what: 'the call expires',
      request: { expiresAt: monday9 + 2_000 },
      tenant: {},
      gate: 'expired',
      status: 'expired',
    },
    {
      what: 'the window closes',
      request: {},
      tenant: { callingWindows: [{ days: ['mon', 'tue'], from: '08:00', to: '09:01' }] },
      gate: 'window',
      status: 'scheduled',
    },
  ] as const;
  const wait = (world: DialJobWorld, ms: number) => () => {
    world.clock.at += ms;
  };

  it.each(moments)(
    'when $what while permits are acquired, then no attempt is used up',
    async ({ request, tenant, status }) => {
      const world = dialJobWorld({ request, tenant });
      world.store.onPermitsGranted.push(wait(world, 60_000));
      await world.run(job);
      expect(world.call.state).toMatchObject({ status, ...(status === 'scheduled' && { dueAt: tuesday8 }) });
      expectNothingBegun(world);
    },
  );

  it.each(moments)(
    'when $what while the claim is written, then no Originate is sent',
    async ({ request, tenant, gate, status }) => {
      const [from, ms] = status === 'expired' ? [monday9, 3_000] : [monday9 + 58_000, 2_000];
      const world = dialJobWorld({ request, tenant, now: from });
      world.store.onClaimed.push(wait(world, ms));
      expect(await world.run(job)).toMatchObject({ type: 'done', note: expect.stringContaining(`not sent: ${gate}`) });
      expect(world.watch.originated).toEqual([]);
      expect(world.reportedEnds).toEqual([
        {
          id: attemptId,
          evidence: { refused: { message: expect.any(String), at: from + ms, byUs: true, code: 'gate' } },
        },
      ]);
    },
  );
});

describe('given a call that is canceled between its claim and its Originate', () => {
  const canceled = {
    refused: { message: 'not sent: canceled', at: monday9, byUs: true, code: 'canceled' },
    cancelRequestedAt: monday9,
  };

  it('when the cancel reaches this dialer while the claim is confirmed, then no Originate is sent, and the report states why', async () => {
    const world = dialJobWorld();
    world.store.confirm = async (written) => {
      if (written !== undefined) world.canceled.add(attemptId);
      return true;
    };
    expect(await world.run(job)).toEqual({ type: 'done', note: 'not sent: canceled' });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toEqual([{ id: attemptId, evidence: canceled }]);
  });

  it('when the run reads its claim back and the call is to be canceled, then no Originate is sent', async () => {
    const world = dialJobWorld();
    world.store.claimFails = 'after';
    world.store.ping = async () => world.step({ type: 'cancel', at: monday9 });
    expect(await world.run(job)).toEqual({ type: 'done', note: 'not sent: canceled' });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toEqual([{ id: attemptId, evidence: canceled }]);
  });

  it('when the claim is too old as well, then the call is canceled, and no retry follows', async () => {
    const world = dialJobWorld();
    world.store.onClaimed.push(() => {
      world.clock.at += 60_000;
      world.canceled.add(attemptId);
    });
    expect(await world.run(job)).toEqual({ type: 'done', note: 'not sent: canceled' });
  });

  it('when it is settled, then the call is canceled and has no retry', async () => {
    const world = dialJobWorld();
    world.canceled.add(attemptId);
    await world.run(job);
    const [reported] = world.reportedEnds;
    const outcome = outcomeOf(reported?.evidence ?? {}, monday9);
    // The record may have forgotten the cancel: Redis came back as it was before.
    world.step({ type: 'settle', attemptId, at: monday9, outcome, nextAttemptId: anotherAttemptId });
    expect(world.call.state).toMatchObject({ status: 'canceled' });
  });
});

describe('given a PBX that restarts between a claim and its Originate', () => {
  it('when it is back before the Originate, then none is sent: a reconciliation has given the attempt up', async () => {
    const world = dialJobWorld();
    world.store.onClaimed.push(() => {
      world.pbx.pbxStartedAt = 'its next start';
    });
    expect(await world.run(job)).toEqual({ type: 'done', note: 'not sent: the PBX restarted' });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toMatchObject([
      { id: attemptId, evidence: { refused: { message: 'not sent: the PBX restarted' } } },
    ]);
  });

  it('when it is not back yet, then its watch reports that', async () => {
    const world = dialJobWorld();
    world.store.onClaimed.push(() => {
      world.pbx.isUp = false;
    });
    world.watch.dial1('ended');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'dial1: ended' });
    expect(world.reportedEnds).toEqual([]);
  });
});

describe('given Redis that must confirm a claim', () => {
  /** The answers to the confirmations, in order. The first one comes before any claim. */
  const confirming = (...answers: (boolean | (() => boolean))[]) => {
    const world = dialJobWorld();
    const looked: unknown[] = [];
    world.store.confirm = async (written) => {
      looked.push(written);
      world.steps.push('confirm');
      const answer = answers.shift() ?? true;
      return typeof answer === 'boolean' ? answer : answer();
    };
    return Object.assign(world, { looked });
  };

  it('when it does, then the call is dialled after that, and the confirmation was of this very claim', async () => {
    const world = confirming();
    world.watch.dial1('ended');
    await world.run(job);
    expect(world.steps).toEqual(['confirm', 'claim', 'confirm', 'remember', 'originate']);
    const { claimedBy } = world.store.attempt(attemptId) ?? {};
    expect(world.looked).toEqual([undefined, { attempt: attemptId, claimedBy }]);
  });

  it('when it has confirmed the last claim, then it is not queried before the next one', async () => {
    const world = confirming();
    world.watch.dial1('ended');
    await world.run(job);
    await world.run(job);
    expect(world.looked).toHaveLength(2);
  });

  it.each([
    ['does not', () => false],
    [
      'cannot be reached',
      () => {
        throw new Error('Redis is gone');
      },
    ],
  ])('when it %s in time, then no Originate is sent, and the end is reported', async (_, answer) => {
    const world = confirming(true, answer);
    expect(await world.run(job)).toEqual({ type: 'done', note: 'not sent: Redis did not confirm its claim' });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toEqual([
      {
        id: attemptId,
        evidence: {
          refused: {
            message: 'not sent: Redis did not confirm its claim',
            at: monday9,
            byUs: true,
            code: 'unconfirmed',
          },
        },
      },
    ]);
  });

  it('when it confirms too late, then no Originate is sent, and the end is reported', async () => {
    const world = confirming(true, () => {
      world.clock.at += 5_001;
      return true;
    });
    expect(await world.run(job)).toMatchObject({ note: expect.stringMatching(/^not sent: 5001 ms/) });
    expect(world.watch.originated).toEqual([]);
  });

  it('when the call expires meanwhile, then no Originate is sent', async () => {
    const world = confirming(true, () => {
      world.clock.at += 4_000;
      return true;
    });
    world.store.change(job.callId, (call) => ({
      ...call,
      request: { ...call.request, expiresAt: monday9 + 3_000 },
    }));
    expect(await world.run(job)).toMatchObject({ note: expect.stringContaining('not sent: expired') });
    expect(world.watch.originated).toEqual([]);
  });

  it('when it has forgotten the claim, then the call is claimed anew and dialled once, and no end is reported', async () => {
    const world = confirming(true, () => {
      world.store.forget(attemptId);
      return false;
    });
    world.watch.dial1('ended');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'dial1: ended' });
    expect(world.steps.filter((step) => ['claim', 'originate'].includes(step))).toEqual([
      'claim',
      'claim',
      'originate',
    ]);
    expect(world.reportedEnds).toEqual([]);
  });

  it('when it has forgotten the claim and another dialer has claimed the attempt since, then that attempt stays untouched', async () => {
    const world = confirming(true, () => {
      world.store.forget(attemptId);
      world.store.claim(...claimedElsewhere(world.call));
      return false;
    });
    world.watch.dial1('answered');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'resumed; dial1: answered' });
    expect(world.watch.originated).toEqual([]);
    expect(world.reportedEnds).toEqual([]);
  });

  it('when the claim was not answered and is read back, then it needs its confirmation, too', async () => {
    const world = confirming(true, false);
    world.store.claimFails = 'after';
    expect(await world.run(job)).toMatchObject({ note: 'not sent: Redis did not confirm its claim' });
    expect(world.watch.originated).toEqual([]);
  });

  it('when it has not confirmed the last claim, then no other claim is taken until it does: calls wait and use up no attempt', async () => {
    const world = confirming(false);
    expect(await world.run(job)).toMatchObject({ type: 'later', note: expect.stringMatching(/^durability: /) });
    expect(world.call.gateNote).toMatchObject({ gate: 'durability', decision: 'defer' });
    expectNothingBegun(world);
    world.clock.at += 10_000;
    world.watch.dial1('ended');
    expect(await world.run(job)).toEqual({ type: 'done', note: 'dial1: ended' });
  });
});
