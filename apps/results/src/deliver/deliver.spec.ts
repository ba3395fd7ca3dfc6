import type { Delivery } from '@redial/call';
import type { Sink, SinkResult } from '@redial/sinks';
import type { WrittenRecord } from '@redial/store';
import { fakeQueues, fakeSinks, scriptableStore } from '@redial/testing';
import { describe, expect, it } from 'vitest';
import {
  aCdr,
  aDelivery,
  attemptId,
  attemptIdOf,
  silentLogger,
  startedAt,
  unseenMetrics,
} from '../../testing/builders.ts';
import { createDeliverer } from './deliver.ts';

const now = startedAt + 60_000;
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

function aDeliverer(answer: SinkResult = { type: 'delivered' }, more: Readonly<Record<string, Sink['type']>> = {}) {
  const store = scriptableStore();
  const queues = fakeQueues();
  const sinks = fakeSinks({ inbox: 'redis-list', stream: 'redis-stream', crm: 'webhook', ...more });
  sinks.answer = answer;
  store.cdrs.push(aCdr());
  const deliverer = createDeliverer({
    store: store.port,
    queues: queues.queues,
    sinks: sinks.port,
    clock: { now: () => now },
    metrics: unseenMetrics(),
    logger: silentLogger,
  });
  const waiting = (sink: string, more: Parameters<typeof aDelivery>[1] = {}) => {
    const delivery = aDelivery(sink, more);
    store.deliveries.set(delivery.id, delivery);
    return delivery;
  };
  /** Redis confirms when the test lets it, and with the test's answer. */
  const confirmedLater = () => {
    const asked: (WrittenRecord | undefined)[] = [];
    const answers: ((isConfirmed: boolean) => void)[] = [];
    store.confirm = (written) => {
      asked.push(written);
      return new Promise((resolve) => answers.push(resolve));
    };
    const confirm = async (isConfirmed: boolean): Promise<void> => {
      for (const answer of answers.splice(0)) answer(isConfirmed);
      await deliverer.idle(second);
    };
    return { asked, confirm };
  };
  return {
    store,
    queues,
    sinks,
    ...deliverer,
    confirmedLater,
    waiting,
    record: (id: string) => store.deliveries.get(id),
  };
}

const down = { type: 'failed', error: 'HTTP 500', retry: { type: 'scheduled' } } as const satisfies SinkResult;
const busyNow = { type: 'busy', afterMs: 700 } as const satisfies SinkResult;
/** A Redis list or stream that Redis refuses. */
const refusedByRedis = (error: string): SinkResult => ({ type: 'failed', error, retry: { type: 'unlimited' } });

const schedule = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour];

describe('given a CDR that was just settled', () => {
  it.each(['inbox', 'stream'])('when its sink is in Redis (%s), then it is there at once', async (sink) => {
    const { deliver, waiting, record, sinks, queues } = aDeliverer();
    const delivery = waiting(sink);
    await deliver(delivery);
    expect(sinks.tried).toMatchObject([{ sink, cdrId: attemptId, delivery: { id: delivery.id } }]);
    expect(record(delivery.id)).toMatchObject({ status: 'delivered', tries: 1, lastTryAt: now });
    expect(queues.deliveries).toEqual([]);
  });

  it('when its sink is a webhook, then a job is queued, and settling does not wait for the receiver', async () => {
    const { deliver, waiting, record, sinks, queues } = aDeliverer();
    const delivery = waiting('crm');
    await deliver(delivery);
    expect(queues.deliveries).toEqual([{ deliveryId: delivery.id }]);
    expect(sinks.tried).toEqual([]);
    expect(record(delivery.id)).toEqual(delivery);
  });

  it('when Redis refuses it, then it stays pending for the sweeper, every time', async () => {
    const { deliver, waiting, record } = aDeliverer(refusedByRedis('Redis is gone'));
    const delivery = waiting('inbox', { tries: 50 });
    await deliver(delivery);
    expect(record(delivery.id)).toMatchObject({ status: 'pending', tries: 51, lastError: 'Redis is gone' });
  });
});

describe('given a Redis that confirms a settlement slowly', () => {
  const sinksOfEachKind = ['inbox', 'stream', 'crm'];

  it.each(sinksOfEachKind)(
    'when a CDR for %s was settled, then settling does not wait for that, and the sink gets nothing before',
    async (sink) => {
      const { deliver, confirmedLater, waiting, record, sinks, queues } = aDeliverer();
      const { asked, confirm } = confirmedLater();
      const delivery = waiting(sink);
      await deliver(delivery);
      expect([sinks.tried, queues.deliveries, record(delivery.id)]).toEqual([[], [], delivery]);
      expect(asked).toEqual([{ delivery: delivery.id, createdAt: delivery.createdAt }]);
      await confirm(true);
      expect([...sinks.tried.map(({ cdrId }) => `${cdrId}.${sink}`), ...queues.deliveries]).toEqual(
        sink === 'crm' ? [{ deliveryId: delivery.id }] : [delivery.id],
      );
    },
  );

  it.each(sinksOfEachKind)(
    'when it does not confirm it for %s, then the sink gets nothing and no try is counted, until the sweeper repeats it and Redis confirms',
    async (sink) => {
      const { deliver, confirmedLater, waiting, record, sinks, queues } = aDeliverer();
      const { confirm } = confirmedLater();
      const delivery = waiting(sink);
      for (let sweep = 1; sweep <= 2; sweep++) {
        await deliver(delivery);
        await confirm(false);
        expect([sinks.tried, queues.deliveries, record(delivery.id)]).toEqual([[], [], delivery]);
      }
      await deliver(delivery);
      await confirm(true);
      expect([...sinks.tried, ...queues.deliveries]).toHaveLength(1);
    },
  );

  it('when the answer is unknown, because Redis is gone, then the sink gets nothing either', async () => {
    const { deliver, store, waiting, record, sinks, queues } = aDeliverer();
    store.confirm = () => Promise.reject(new Error('Redis is gone'));
    const delivery = waiting('crm');
    await deliver(delivery);
    expect([sinks.tried, queues.deliveries, record(delivery.id)]).toEqual([[], [], delivery]);
  });

  it('when the queue refuses the job afterwards, then it is left to the sweeper', async () => {
    const { deliver, confirmedLater, waiting, record, queues } = aDeliverer();
    const { confirm } = confirmedLater();
    const delivery = waiting('crm');
    queues.refused.add(delivery.id);
    await deliver(delivery);
    await confirm(true);
    expect([queues.deliveries, record(delivery.id)]).toEqual([[], delivery]);
  });

  it('when very many deliveries wait for it, then settling is delayed until one continues', async () => {
    const { deliver, confirmedLater, waiting } = aDeliverer();
    const { asked, confirm } = confirmedLater();
    await Promise.all(Array.from({ length: 1_999 }, () => deliver(waiting('crm'))));
    let isHeldUp = true;
    const last = deliver(waiting('crm')).finally(() => {
      isHeldUp = false;
    });
    // A later call, with few waiting, is not delayed: by then neither would this one be.
    const elsewhere = aDeliverer();
    elsewhere.confirmedLater();
    await elsewhere.deliver(elsewhere.waiting('crm'));
    expect([asked.length, isHeldUp]).toEqual([2_000, true]);
    await confirm(true);
    await last;
  });

  it('when the process stops, then it waits for those for a limited time', async () => {
    const { deliver, confirmedLater, waiting, queues, idle } = aDeliverer();
    const { confirm } = confirmedLater();
    const delivery = waiting('crm');
    await deliver(delivery);
    await idle(10);
    expect(queues.deliveries).toEqual([]);
    await confirm(true);
    expect(queues.deliveries).toEqual([{ deliveryId: delivery.id }]);
  });
});

describe('given the job of a webhook', () => {
  it('when the delivery has died since the job was restored, then it is not sent once more', async () => {
    const { work, waiting, store, record, sinks } = aDeliverer();
    const delivery = waiting('crm');
    store.deliveries.set(delivery.id, { ...delivery, status: 'dead' });
    expect(await work({ deliveryId: delivery.id })).toEqual({ type: 'done' });
    expect([sinks.tried, record(delivery.id)?.status]).toEqual([[], 'dead']);
  });

  it('when the receiver accepts it, then the delivery is done', async () => {
    const { work, waiting, record, sinks } = aDeliverer();
    const { id: deliveryId } = waiting('crm', { tries: 2 });
    expect(await work({ deliveryId })).toEqual({ type: 'done' });
    expect(sinks.tried).toMatchObject([{ cdrId: attemptId, delivery: { id: deliveryId, tries: 2 } }]);
    expect(record(deliveryId)).toMatchObject({ status: 'delivered', tries: 3, lastTryAt: now });
  });

  it.each(schedule.map((afterMs, tries) => ({ afterMs, tries })))(
    'when the receiver fails after $tries tries, then it is tried again after $afterMs ms and up to a tenth more',
    async ({ afterMs, tries }) => {
      const { work, waiting, record } = aDeliverer(down);
      const { id: deliveryId } = waiting('crm', { tries });
      const decision = await work({ deliveryId });
      expect(decision).toMatchObject({ type: 'again', error: 'HTTP 500' });
      const asked = decision.type === 'again' ? decision.afterMs : -1;
      expect(asked).toBeGreaterThanOrEqual(afterMs);
      expect(asked).toBeLessThanOrEqual(afterMs * 1.1);
      // Until then the sweeper does not touch it.
      expect(record(deliveryId)).toMatchObject({
        status: 'pending',
        tries: tries + 1,
        lastTryAt: now,
        lastError: 'HTTP 500',
        nextTryAt: now + asked,
      });
    },
  );

  it.each([
    { what: 'fails a tenth time', tries: 9, answer: down },
    {
      what: 'states that it will never accept it',
      tries: 0,
      answer: { ...down, error: 'HTTP 410', retry: { type: 'never' } },
    },
  ] as const)('when the receiver $what, then the delivery is dead, and kept', async ({ tries, answer }) => {
    const { work, waiting, record } = aDeliverer(answer);
    const { id: deliveryId } = waiting('crm', { tries });
    expect(await work({ deliveryId })).toEqual({ type: 'dead', error: answer.error });
    expect(record(deliveryId)).toMatchObject({ status: 'dead', tries: tries + 1, lastError: answer.error });
  });

  it('when other deliveries wait for this receiver already, then it comes back at its turn, no try is counted, and the sweeper does not touch it', async () => {
    const { work, waiting, record } = aDeliverer(busyNow);
    const delivery = waiting('crm', { tries: 9 });
    expect(await work({ deliveryId: delivery.id })).toMatchObject({ type: 'again', afterMs: 700 });
    expect(record(delivery.id)).toEqual({ ...delivery, nextTryAt: now + 700 });
  });

  it('when the receiver requests more time than the schedule has, then it gets it', async () => {
    const { work, waiting, record } = aDeliverer({ ...down, retry: { type: 'scheduled', requestedMs: 20 * minute } });
    const { id: deliveryId } = waiting('crm');
    const decision = await work({ deliveryId });
    const asked = decision.type === 'again' ? decision.afterMs : -1;
    expect(asked).toBeGreaterThanOrEqual(20 * minute);
    expect(asked).toBeLessThanOrEqual(22 * minute);
    expect(record(deliveryId)).toMatchObject({ nextTryAt: now + asked });
  });

  it('when it was delivered before, then it is not sent again', async () => {
    const { work, waiting, sinks } = aDeliverer();
    const { id: deliveryId } = waiting('crm', { status: 'delivered', tries: 1 });
    expect(await work({ deliveryId })).toEqual({ type: 'done' });
    expect(sinks.tried).toEqual([]);
  });

  it('when its record has expired, then there is nothing to do', async () => {
    const { work, sinks } = aDeliverer();
    expect(await work({ deliveryId: `${attemptId}.crm` })).toEqual({ type: 'done' });
    expect(sinks.tried).toEqual([]);
  });

  it('when its CDR is damaged, then it is dead at once, and states the reason', async () => {
    const { store, waiting, work, record, sinks } = aDeliverer();
    const { id: deliveryId, attemptId: of } = waiting('crm');
    store.damaged.add(of);
    expect(await work({ deliveryId })).toEqual({ type: 'dead', error: 'the CDR is damaged' });
    expect(record(deliveryId)).toMatchObject({ status: 'dead', lastError: 'the CDR is damaged' });
    expect(sinks.tried).toEqual([]);
  });

  it('when its CDR is no longer kept, then it is dead at once', async () => {
    const { work, waiting, record, store, sinks } = aDeliverer();
    store.cdrs.splice(0);
    const { id: deliveryId } = waiting('crm');
    expect(await work({ deliveryId })).toMatchObject({ type: 'dead' });
    expect(record(deliveryId)).toMatchObject({ status: 'dead' });
    expect(sinks.tried).toEqual([]);
  });
});

describe('given a worker that stalls during its try, so that another one takes the job', () => {
  const gone: SinkResult = { ...down, error: 'HTTP 410', retry: { type: 'never' } };
  const results = { delivered: { type: 'delivered' }, down, gone, busy: busyNow } as const;

  function stalled(answer: SinkResult, more: Parameters<typeof aDelivery>[1], other: Partial<Delivery> | 'expired') {
    const world = aDeliverer(answer);
    const delivery = world.waiting('crm', more);
    const { deliveries } = world.store;
    world.sinks.meanwhile = () =>
      other === 'expired' ? deliveries.delete(delivery.id) : deliveries.set(delivery.id, { ...delivery, ...other });
    return { ...world, delivery };
  }

  const delivered = { status: 'delivered', tries: 4, lastTryAt: now - 1 } as const;
  const dead = { status: 'dead', tries: 10, lastTryAt: now - 1, lastError: 'HTTP 404' } as const;
  const failed = { tries: 4, lastTryAt: now - 1, nextTryAt: now + minute, lastError: 'HTTP 502' } as const;
  const sentAgain = { tries: 0, lastTryAt: now - 1, nextTryAt: now - hour } as const;

  it.each([
    { other: delivered, is: 'delivered', results: ['down', 'gone', 'busy'], decision: { type: 'done' } },
    { other: dead, is: 'dead', results: ['down', 'gone', 'busy'], decision: { type: 'dead', error: 'HTTP 404' } },
    {
      other: failed,
      is: 'to be tried again',
      results: ['down', 'gone', 'busy'],
      decision: { type: 'again', afterMs: minute, error: 'HTTP 502' },
    },
    { other: sentAgain, is: 'sent again by hand', results: ['down', 'gone'], decision: { type: 'again', afterMs: 0 } },
  ] as const)('when it comes back without success and the delivery is $is, then that stays so', async (row) => {
    for (const result of row.results) {
      for (const tries of [3, 9]) {
        const { work, delivery, record } = stalled(results[result], { tries }, row.other);
        expect(await work({ deliveryId: delivery.id })).toMatchObject(row.decision);
        expect(record(delivery.id)).toEqual({ ...delivery, ...row.other });
      }
    }
  });

  it.each([
    { other: dead, is: 'dead' },
    { other: failed, is: 'to be tried again' },
    { other: sentAgain, is: 'sent again by hand' },
  ])('when it comes back with success and the delivery is $is, then it is delivered', async ({ other }) => {
    const { work, delivery, record } = stalled({ type: 'delivered' }, { tries: 3 }, other);
    expect(await work({ deliveryId: delivery.id })).toEqual({ type: 'done' });
    // Without the time of the next try.
    const { nextTryAt: _over, ...rest } = { nextTryAt: undefined, ...other };
    const tries = other.tries + 1;
    expect(record(delivery.id)).toEqual({ ...delivery, ...rest, status: 'delivered', tries, lastTryAt: now });
  });

  it.each(Object.entries(results))(
    'when it comes back with %s and the record has expired, then the record is not written again',
    async (_name, answer) => {
      const { work, delivery, record } = stalled(answer, { tries: 3 }, 'expired');
      expect(await work({ deliveryId: delivery.id })).toEqual({ type: 'done' });
      expect(record(delivery.id)).toBeUndefined();
    },
  );

  it('when both had success, then its record states one delivery', async () => {
    const { work, delivery, record } = stalled({ type: 'delivered' }, { tries: 3 }, delivered);
    expect(await work({ deliveryId: delivery.id })).toEqual({ type: 'done' });
    expect(record(delivery.id)).toEqual({ ...delivery, ...delivered });
  });
});

describe('given a sink that this process does not know', () => {
  it('when its CDR was just settled, then a job is queued, for a process that knows it', async () => {
    const { deliver, waiting, record, queues } = aDeliverer();
    const delivery = waiting('new');
    await deliver(delivery);
    expect(queues.deliveries).toEqual([{ deliveryId: delivery.id }]);
    expect(record(delivery.id)).toEqual(delivery);
  });

  it('when its job comes, then it is postponed like a webhook that fails, and a process that knows it delivers it', async () => {
    const world = aDeliverer();
    const { id: deliveryId } = world.waiting('new');
    const decision = await world.work({ deliveryId });
    const afterMs = decision.type === 'again' ? decision.afterMs : -1;
    expect(afterMs).toBeGreaterThanOrEqual(5 * second);
    expect(world.record(deliveryId)).toMatchObject({
      status: 'pending',
      tries: 1,
      lastError: 'the sink is not configured',
      nextTryAt: now + afterMs,
    });
    const newer = aDeliverer({ type: 'delivered' }, { new: 'webhook' });
    newer.store.deliveries.set(deliveryId, world.record(deliveryId) as never);
    expect(await newer.work({ deliveryId })).toEqual({ type: 'done' });
  });

  it('when no process has known it for the whole schedule, then it is dead, and kept', async () => {
    const { work, waiting, record } = aDeliverer();
    const { id: deliveryId } = waiting('new');
    const afterMs: number[] = [];
    for (let decision = await work({ deliveryId }); decision.type === 'again'; decision = await work({ deliveryId })) {
      afterMs.push(decision.afterMs);
    }
    expect(afterMs).toHaveLength(schedule.length);
    expect(afterMs.every((ms, i) => ms >= (schedule[i] ?? 0))).toBe(true);
    expect(record(deliveryId)).toMatchObject({ status: 'dead', tries: schedule.length + 1 });
  });

  it('when it is a list to the process that takes its job, and Redis refuses it, then it is not tried again at once', async () => {
    const { work, waiting, record } = aDeliverer(refusedByRedis('Redis says WRONGTYPE'));
    const { id: deliveryId } = waiting('inbox', { tries: 50 });
    expect(await work({ deliveryId })).toMatchObject({ type: 'again', afterMs: 5 * second });
    expect(record(deliveryId)).toMatchObject({ status: 'pending', nextTryAt: now + 5 * second });
  });
});

describe('given the webhooks of two attempts of a call', () => {
  const follows = `${attemptId}.crm`;
  function twoAttempts(first: Parameters<typeof aDelivery>[1] = {}, answer?: SinkResult) {
    const world = aDeliverer(answer);
    world.store.cdrs.push(aCdr(2));
    world.waiting('crm', first);
    const second = aDelivery('crm', { follows }, 2);
    world.store.deliveries.set(second.id, second);
    return { ...world, second, workSecond: () => world.work({ deliveryId: second.id }) };
  }

  it.each([
    { what: 'is to be tried again soon', first: { tries: 1, nextTryAt: now + 4_000 }, afterMs: 5_000 },
    { what: 'is just being tried', first: { tries: 1, nextTryAt: now - 200 }, afterMs: 1_000 },
    { what: 'was never tried', first: {}, afterMs: 1_000 },
    {
      what: 'is tried again tomorrow, unless by hand',
      first: { tries: 9, nextTryAt: now + 24 * hour },
      afterMs: 5 * minute,
    },
  ])('when the first $what, then the second waits without a try, unseen by the sweeper', async ({ first, afterMs }) => {
    const { workSecond, sinks, second, record } = twoAttempts(first);
    expect(await workSecond()).toMatchObject({ type: 'again', afterMs });
    expect(sinks.tried).toEqual([]);
    expect(record(second.id)).toEqual({ ...second, nextTryAt: now + afterMs });
  });

  it.each(['delivered', 'dead'] as const)('when the first is %s, then the second is sent', async (status) => {
    const { workSecond, sinks, second } = twoAttempts({ status, tries: 1 });
    expect(await workSecond()).toEqual({ type: 'done' });
    expect(sinks.tried).toMatchObject([{ cdrId: attemptIdOf(2), delivery: { id: second.id } }]);
  });

  it.each([
    { what: 'has expired', lose: (store: ReturnType<typeof scriptableStore>) => store.deliveries.delete(follows) },
    {
      what: 'cannot be read',
      lose: (store: ReturnType<typeof scriptableStore>) => store.damaged.add(follows),
    },
  ])('when the record of the first $what, then the second goes', async ({ lose }) => {
    const { workSecond, store } = twoAttempts();
    lose(store);
    expect(await workSecond()).toEqual({ type: 'done' });
  });

  it('when the first fails and is delivered later, then the receiver gets them in their order', async () => {
    const { workSecond, work, sinks } = twoAttempts({}, down);
    expect([await work({ deliveryId: follows }), await workSecond()]).toMatchObject([
      { type: 'again' },
      { type: 'again' },
    ]);
    sinks.answer = { type: 'delivered' };
    expect([await work({ deliveryId: follows }), await workSecond()]).toEqual([{ type: 'done' }, { type: 'done' }]);
    expect(sinks.tried.map(({ cdrId }) => cdrId)).toEqual([attemptId, attemptId, attemptIdOf(2)]);
  });

  it('when the second is delivered while a worker decides that it must wait, then it stays delivered', async () => {
    const { workSecond, second, record, store } = twoAttempts();
    const delivered = { ...second, status: 'delivered', tries: 1 } as const;
    store.beforeNextDelivery = () => store.deliveries.set(second.id, delivered);
    expect(await workSecond()).toEqual({ type: 'done' });
    expect(record(second.id)).toEqual(delivered);
  });

  it('when another call’s CDR waits for the receiver, then this call’s is not delayed', async () => {
    const { work, store, waiting, sinks } = aDeliverer();
    waiting('crm', { tries: 3, nextTryAt: now + hour });
    store.cdrs.push(aCdr(2));
    const other = aDelivery('crm', {}, 2);
    store.deliveries.set(other.id, other);
    expect(await work({ deliveryId: other.id })).toEqual({ type: 'done' });
    expect(sinks.tried).toMatchObject([{ cdrId: attemptIdOf(2) }]);
  });
});
