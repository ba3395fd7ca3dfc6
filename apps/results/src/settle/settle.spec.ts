import { type Call, type Delivery, type Evidence, stepCall } from '@redial/call';
import { tenantCounts } from '@redial/store';
import { fakeQueues, fakeSinks, scriptableStore } from '@redial/testing';
import { describe, expect, it } from 'vitest';
import {
  attemptId,
  attemptIdOf,
  busyAt,
  callId,
  callIdOf,
  canceled,
  configurationWith,
  inFlight,
  nextAttemptId,
  plannedCall,
  resultOf,
  silentLogger,
  startedAt,
  talked,
  unseenMetrics,
} from '../../testing/builders.ts';
import { createSettle } from './settle.ts';

const endedAt = startedAt + 5_000;
const settledAt = startedAt + 6_000;

/** An attempt under way, and the code that settles it. */
function aFunnel() {
  const store = scriptableStore();
  const queues = fakeQueues();
  const delivered: Delivery[] = [];
  const may = {
    tenants: configurationWith().tenants,
    deliver: async (delivery: Delivery): Promise<void> => void delivered.push(delivery),
  };
  const settle = createSettle({
    store: store.port,
    queues: queues.queues,
    sinks: fakeSinks({ inbox: 'redis-list', stream: 'redis-stream', crm: 'webhook' }).port,
    tenant: (id) => may.tenants.find((tenant) => tenant.id === id),
    ids: { attemptId: () => nextAttemptId, callId: () => callId },
    clock: { now: () => settledAt },
    metrics: unseenMetrics(),
    logger: silentLogger,
    deliver: (delivery) => may.deliver(delivery),
  });
  store.put(...inFlight());
  return { store, queues, delivered, may, settle };
}

describe('given the evidence of an attempt that ended', () => {
  it('when it is settled, then the attempt is recorded with its outcome, its evidence and its observer', async () => {
    const { store, settle } = aFunnel();
    await settle(resultOf(busyAt(endedAt), 'dialer'));
    expect(store.attempt(attemptId)?.ended).toMatchObject({
      outcome: { disposition: 'busy', dial1: { cause: 17, reason: 5 }, endedAt },
      evidence: busyAt(endedAt),
      settledAt,
      reportedBy: 'dialer',
    });
  });

  it('when it is of another claim than the attempt’s, then nothing is settled: Redis has forgotten that claim', async () => {
    const { store, settle } = aFunnel();
    const refused = { refused: { message: 'not sent', at: endedAt } };
    await settle({ ...resultOf(refused, 'dialer'), claimedBy: 'another run' });
    expect(store.attempt(attemptId)).not.toHaveProperty('ended');
    expect(store.cdrs).toEqual([]);
  });

  it('when it is settled, then one CDR states it and the next state of the call', async () => {
    const { store, settle } = aFunnel();
    await settle(resultOf(busyAt(endedAt)));
    expect(store.cdrs).toMatchObject([
      { id: attemptId, callId, disposition: 'busy', callStatus: 'waiting', nextAttemptAt: endedAt + 60_000 },
    ]);
  });

  it('when it is retried, then the next attempt’s job is queued, counted from the end of this one', async () => {
    const { store, queues, settle } = aFunnel();
    await settle(resultOf(busyAt(endedAt)));
    expect(store.call(callId).state).toMatchObject({ status: 'waiting', attemptId: nextAttemptId, attemptNumber: 2 });
    expect(queues.dial).toMatchObject([
      { callId, attemptId: nextAttemptId, dueAt: endedAt + 60_000, maskedDial2: expect.stringMatching(/^\*+567$/) },
    ]);
  });

  it('when its sinks never answer, then the next attempt’s job is still queued', async () => {
    const { queues, settle, may } = aFunnel();
    may.deliver = () => new Promise(() => {});
    void settle(resultOf(busyAt(endedAt)));
    await expect.poll(() => queues.dial).toHaveLength(1);
  });

  it('when the next attempt’s job cannot be queued, then its CDR is still delivered', async () => {
    const { queues, settle, delivered } = aFunnel();
    queues.queues.dial.add = async () => {
      throw new Error('Redis is gone');
    };
    await settle(resultOf(busyAt(endedAt)));
    expect(delivered.map(({ sink }) => sink)).toEqual(['inbox', 'crm']);
  });

  it('when it was not sent, then its call is tried again soon, and the daily counts of the number and of the tenant are unchanged', async () => {
    const { store, settle } = aFunnel();
    await settle(resultOf({ refused: { message: 'not sent', at: endedAt, byUs: true, code: 'late' } }));
    expect(store.cdrs).toMatchObject([{ disposition: 'not_sent', class: 'not_sent', notSentCode: 'late' }]);
    expect(store.call(callId)).toMatchObject({
      state: { status: 'waiting' },
      history: [{ disposition: 'not_sent', notSentCode: 'late' }],
    });
    expect(store.uncounted).toEqual(['27821234567', tenantCounts.attempts]);
  });

  it('when it has done its work, then nothing more is queued', async () => {
    const { store, queues, settle } = aFunnel();
    await settle(resultOf({ journalEnded: talked(startedAt + 1_000, endedAt) }));
    expect(store.call(callId).state).toMatchObject({ status: 'completed' });
    expect(queues.dial).toEqual([]);
  });

  it('then its CDR goes to each sink of the tenant, under an id that stays', async () => {
    const { store, settle, delivered } = aFunnel();
    await settle(resultOf(busyAt(endedAt)));
    const expected = ['inbox', 'crm'].map((sink) => ({
      id: `${attemptId}.${sink}`,
      sink,
      status: 'pending',
      tries: 0,
    }));
    expect([...store.deliveries.values()]).toMatchObject(expected);
    expect(delivered).toMatchObject(expected);
  });

  it('when its call had an attempt before, then a webhook gets that one first; a list in Redis needs no turn', async () => {
    const { store, settle } = aFunnel();
    await settle(resultOf(busyAt(endedAt)));
    store.change(callId, (call) => stepCall(call, { type: 'dial', attemptId: nextAttemptId, at: settledAt }).call);
    store.put(store.call(callId), { ...inFlight()[1], id: nextAttemptId, attemptNumber: 2 });
    await settle({ ...resultOf(busyAt(settledAt)), attemptId: nextAttemptId });
    const follows = [...store.deliveries.values()].map((delivery) => [delivery.id, delivery.follows]);
    expect(follows).toEqual([
      [`${attemptId}.inbox`, undefined],
      [`${attemptId}.crm`, undefined],
      [`${nextAttemptId}.inbox`, undefined],
      [`${nextAttemptId}.crm`, `${attemptId}.crm`],
    ]);
  });

  it('when its tenant is no longer configured, then it is still settled and has its CDR', async () => {
    const world = aFunnel();
    world.may.tenants = [];
    await world.settle(resultOf(busyAt(endedAt)));
    expect(world.store.cdrs).toHaveLength(1);
    expect(world.delivered).toEqual([]);
  });

  it('when its attempt is not in the store, then nothing is written, and the job is done', async () => {
    const { store, queues, settle } = aFunnel();
    await settle(resultOf(busyAt(endedAt), 'results', 2));
    expect([store.cdrs, queues.dial]).toEqual([[], []]);
  });
});

describe('given several reports of the end of an attempt', () => {
  const once = ({ store, queues, delivered }: ReturnType<typeof aFunnel>) => {
    expect(store.cdrs).toHaveLength(1);
    expect(queues.dial).toHaveLength(1);
    expect(delivered.map(({ sink }) => sink)).toEqual(['inbox', 'crm']);
    expect(store.call(callId).history).toHaveLength(1);
  };

  it('when the same job comes again, then nothing changes', async () => {
    const world = aFunnel();
    await world.settle(resultOf(busyAt(endedAt)));
    const before = [world.store.call(callId), world.store.attempt(attemptId)];
    await world.settle(resultOf(busyAt(endedAt)));
    once(world);
    expect([world.store.call(callId), world.store.attempt(attemptId)]).toEqual(before);
  });

  it('when a second observer reports something else later, then the first report stands', async () => {
    const world = aFunnel();
    await world.settle(resultOf(busyAt(endedAt), 'dialer'));
    await world.settle(resultOf({ lostAt: settledAt }, 'results'));
    once(world);
    expect(world.store.attempt(attemptId)?.ended).toMatchObject({
      reportedBy: 'dialer',
      outcome: { disposition: 'busy' },
    });
  });

  it('when both come at the same moment, then it is settled once', async () => {
    const world = aFunnel();
    const job = resultOf(busyAt(endedAt));
    await Promise.all([world.settle(job), world.settle({ ...job, reportedBy: 'dialer' })]);
    once(world);
  });

  it.each([
    {
      what: 'the next attempt’s job',
      fail: ({ queues }: ReturnType<typeof aFunnel>) => queues.refused.add(nextAttemptId),
      // Its CDR is still delivered. The attempt is left to the sweeper.
      reported: (settled: Promise<void>) => expect(settled).resolves.toBeUndefined(),
      queued: 0,
    },
    {
      what: 'a delivery',
      fail: (world: ReturnType<typeof aFunnel>) => {
        world.may.deliver = () => Promise.reject(new Error('Redis is gone'));
      },
      // A sink does not delay the retry. The delivery is left to the sweeper.
      reported: (settled: Promise<void>) => expect(settled).resolves.toBeUndefined(),
      queued: 1,
    },
  ])('when $what cannot be queued after the write, then a repetition does not settle it again', async (row) => {
    const world = aFunnel();
    row.fail(world);
    await row.reported(world.settle(resultOf(busyAt(endedAt))));
    expect(world.queues.dial).toHaveLength(row.queued);
    const before = [world.store.call(callId), world.store.attempt(attemptId)];
    await world.settle(resultOf(busyAt(endedAt)));
    expect([world.store.call(callId), world.store.attempt(attemptId)]).toEqual(before);
    expect(world.store.cdrs).toHaveLength(1);
    // The sweeper finds both in the records.
    expect(before[0]).toMatchObject({ state: { status: 'waiting', attemptId: nextAttemptId } });
    expect([...world.store.deliveries.values()].map(({ status }) => status)).toEqual(['pending', 'pending']);
  });
});

describe('given calls that wait for a phone of an attempt that ends', () => {
  const limits = ['pbx.pbx-1', 'trunk.carrier', 'extension.acme.1001', 'number.abc'];
  const waits = (call: Call, until: number) =>
    stepCall(call, {
      type: 'defer',
      attemptId: attemptIdOf(2),
      at: startedAt,
      until,
      gate: 'extension',
      reason: 'busy',
      late: true,
    });

  it('when it is settled, then the first of them is dialled now; one that is over is skipped, and no call is woken twice', async () => {
    const { store, queues, settle } = aFunnel();
    store.put(inFlight()[0], { ...inFlight()[1], limits });
    const [over, first] = [canceled(plannedCall(3), startedAt), waits(plannedCall(2), startedAt + 30_000).call];
    for (const call of [over, first]) store.put(call);
    store.wait('extension.acme.1001', over.id, first.id, callIdOf(4));
    await settle(resultOf(busyAt(endedAt)));
    expect(queues.moved).toMatchObject([{ callId: first.id, dueAt: settledAt }]);
    expect(store.waitingCalls('extension.acme.1001')).toEqual([callIdOf(4)]);
  });

  it('when they cannot be woken, then it is still settled and delivered', async () => {
    const { store, queues, settle, delivered } = aFunnel();
    store.put(inFlight()[0], { ...inFlight()[1], limits });
    store.put(waits(plannedCall(2), startedAt + 30_000).call);
    store.wait('number.abc', callIdOf(2));
    queues.queues.dial.move = async () => {
      throw new Error('Redis is gone');
    };
    await settle(resultOf(busyAt(endedAt)));
    expect(delivered).toHaveLength(2);
  });
});

describe('given a call with a requested cancel', () => {
  it('when the cancel comes between reading and writing, then it is not lost and the call is not retried', async () => {
    const { store, queues, settle } = aFunnel();
    store.beforeNextSettle.push(() => store.change(callId, (call) => canceled(call, settledAt)));
    await settle(resultOf(busyAt(endedAt)));
    expect(store.call(callId).state).toMatchObject({ status: 'canceled' });
    expect(store.cdrs).toMatchObject([{ disposition: 'busy', callStatus: 'canceled' }]);
    expect(queues.dial).toEqual([]);
  });

  it('when it changes many times, then it is finally settled', async () => {
    const { store, settle } = aFunnel();
    for (let i = 0; i < 10; i++) store.beforeNextSettle.push(() => store.change(callId, (call) => ({ ...call })));
    await settle(resultOf(busyAt(endedAt)));
    expect(store.cdrs).toHaveLength(1);
  });

  /** The evidence after an AMI hang-up of a ringing dial1: it does not show who hung up. */
  const silentHangup: Evidence = {
    originateFailed: { reason: 0, at: endedAt },
    dial1Hangup: { cause: 0, at: endedAt },
  };
  const requests = [
    {
      when: 'before the end, and its observer did not know',
      requestedAt: endedAt - 1,
      evidence: silentHangup,
      kept: true,
    },
    {
      when: 'before the end, by a clock that is ahead of the observer’s',
      requestedAt: endedAt + 5_000,
      evidence: silentHangup,
      kept: true,
    },
    { when: 'long after the end', requestedAt: endedAt + 5_001, evidence: silentHangup, kept: false },
    {
      when: 'before the end, and its observer knew better when',
      requestedAt: endedAt - 1_000,
      evidence: { ...silentHangup, cancelRequestedAt: endedAt - 500 },
      kept: true,
    },
  ];

  it.each(requests)(
    'when it was requested $when, then the evidence states it: $kept',
    async ({ requestedAt, evidence, kept }) => {
      const { store, settle } = aFunnel();
      store.change(callId, (call) => canceled(call, requestedAt));
      await settle(resultOf(evidence));
      const { ended } = store.attempt(attemptId) ?? {};
      const expected = kept ? (evidence.cancelRequestedAt ?? requestedAt) : undefined;
      expect(ended?.evidence.cancelRequestedAt).toBe(expected);
      expect(ended?.outcome.disposition === 'canceled').toBe(kept);
      expect(store.call(callId).state).toMatchObject({ status: 'canceled' });
    },
  );
});

it('given a record that can never be overwritten, then settling gives up, and its job comes back later', async () => {
  const { store, settle } = aFunnel();
  let tries = 0;
  const port = store.port as { settle: typeof store.port.settle };
  port.settle = async () => {
    tries += 1;
    return { ok: false, why: 'conflict' };
  };
  await expect(settle(resultOf(busyAt(endedAt), 'dialer'))).rejects.toThrow('changed 100 times');
  expect(tries).toBe(100);
});
