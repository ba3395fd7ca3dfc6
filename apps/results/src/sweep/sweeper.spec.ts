import { latestEndAt } from '@redial/call';
import { fakeQueues, fakeSinks, scriptableStore } from '@redial/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  aCdr,
  aDelivery,
  attemptId,
  attemptIdOf,
  callId,
  callIdOf,
  inFlight,
  plannedCall,
  silentLogger,
  startedAt,
  unseenMetrics,
} from '../../testing/builders.ts';
import { createDeliverer } from '../deliver/deliver.ts';
import { startSweeper } from './sweeper.ts';

const minute = 60_000;
const running: { stop(): Promise<void> }[] = [];

/** A sweep over the records of the store, long after it should have happened. */
function aSweep(now = startedAt + 10 * minute) {
  const store = scriptableStore();
  const queues = fakeQueues();
  const sinks = fakeSinks({ inbox: 'redis-list', crm: 'webhook' });
  const metrics = unseenMetrics();
  const adopted: number[] = [];
  const clock = { at: now, now: () => clock.at };
  const common = { store: store.port, queues: queues.queues, clock, metrics, logger: silentLogger };
  const observer = (adoptOpen: (quietForMs: number) => Promise<number>) => ({
    adoptOpen,
    cancel: () => false,
    watching: 0,
    stop: async () => undefined,
  });
  const world = {
    store,
    queues,
    sinks,
    metrics,
    clock,
    adopted,
    observers: [observer(async (quietForMs) => adopted.push(quietForMs))],
    observer,
    async sweep() {
      const sweeper = startSweeper({
        ...common,
        observers: world.observers,
        deliverer: createDeliverer({ ...common, sinks: sinks.port }),
        sinks: sinks.port,
        limits: ['pbx.pbx-1'],
        pbxNames: ['pbx-1'],
        instanceId: 'results-1',
        everyMs: minute,
      });
      running.push(sweeper);
      await vi.advanceTimersByTimeAsync(0);
      return sweeper;
    },
  };
  return world;
}

beforeEach(() => {
  vi.useFakeTimers({ now: startedAt });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((sweeper) => sweeper.stop()));
  vi.useRealTimers();
});

describe('given calls that are due and not dialled', () => {
  it('when the queue has lost their jobs, then they are added again', async () => {
    const { store, queues, sweep } = aSweep();
    for (const n of [1, 2]) store.put(plannedCall(n));
    await sweep();
    expect(queues.dial).toMatchObject([
      { callId, attemptId, dueAt: startedAt, priority: 5, maskedDial2: expect.stringMatching(/^\*+567$/) },
      { callId: callIdOf(2), attemptId: attemptIdOf(2) },
    ]);
  });

  it('when they fell due a moment ago, or are due later, or are being dialled, then they stay unchanged', async () => {
    const { store, queues, sweep } = aSweep(startedAt + 2_000);
    store.put(plannedCall(1));
    store.put(plannedCall(2, { notBeforeAt: startedAt + minute }));
    store.put(...inFlight(3));
    await sweep();
    expect(queues.dial).toEqual([]);
  });

  it('when one cannot be read, and one cannot be queued, then the others are still added again', async () => {
    const { store, queues, sweep } = aSweep();
    for (const n of [1, 2, 3]) store.put(plannedCall(n));
    store.damaged.add(callIdOf(1));
    queues.refused.add(attemptIdOf(2));
    await sweep();
    expect(queues.dial).toMatchObject([{ callId: callIdOf(3) }]);
  });

  it('then the oldest one’s age is measured', async () => {
    const { store, metrics, sweep } = aSweep();
    store.put(plannedCall());
    await sweep();
    expect((await metrics.render()).body).toMatch(/^redial_oldest_overdue_call_seconds\{.*\} 600$/m);
  });
});

describe('given more than a sweep examines', () => {
  const perSweep = 5_000;

  it('when the first ones have their jobs and are only late, then the next sweep restores a lost job behind them', async () => {
    const { store, queues, sweep } = aSweep(startedAt + 10 * minute);
    for (let n = 1; n <= perSweep; n++) {
      const late = plannedCall(n);
      store.put(late);
      queues.dial.push({
        callId: late.id,
        attemptId: attemptIdOf(n),
        dueAt: startedAt,
        priority: 5,
        maskedDial2: '***',
      });
    }
    store.put(plannedCall(perSweep + 1, { notBeforeAt: startedAt + minute }));
    await sweep();
    expect(queues.dial).toHaveLength(perSweep);
    await vi.advanceTimersByTimeAsync(minute);
    expect(queues.dial.at(-1)).toMatchObject({ callId: callIdOf(perSweep + 1) });
  });

  it('when it has come to the end, then it begins again', async () => {
    const { store, queues, sweep } = aSweep();
    store.put(plannedCall(2));
    await sweep();
    store.put(plannedCall(1));
    await vi.advanceTimersByTimeAsync(minute);
    expect(queues.dial.map((order) => order.callId)).toEqual([callIdOf(2), callIdOf(1)]);
  });

  it('when the first CDRs are on their way and only late, then the next sweep delivers a lost one behind them', async () => {
    const { store, queues, sinks, sweep } = aSweep();
    store.cdrs.push(aCdr(perSweep + 1));
    for (let n = 1; n <= perSweep; n++) store.deliveries.set(`${attemptIdOf(n)}.crm`, aDelivery('crm', {}, n));
    const lost = aDelivery('inbox', { createdAt: startedAt + 1 }, perSweep + 1);
    store.deliveries.set(lost.id, lost);
    await sweep();
    expect([queues.deliveries.length, sinks.tried]).toEqual([perSweep, []]);
    await vi.advanceTimersByTimeAsync(minute);
    expect(sinks.tried).toMatchObject([{ delivery: { id: lost.id } }]);
  });

  it('then all that are late are counted', async () => {
    const { store, metrics, sweep } = aSweep();
    for (let n = 1; n <= 7; n++) store.put(plannedCall(n));
    await sweep();
    expect((await metrics.render()).body).toMatch(/^redial_overdue_calls\{.*\} 7$/m);
  });
});

describe('given CDRs that are not delivered', () => {
  it('when they are old enough, then they are delivered, or their job is added again', async () => {
    const { store, queues, sinks, sweep } = aSweep();
    store.cdrs.push(aCdr());
    for (const delivery of [aDelivery('inbox'), aDelivery('crm')]) store.deliveries.set(delivery.id, delivery);
    await sweep();
    expect(sinks.tried).toMatchObject([{ sink: 'inbox', cdrId: attemptId }]);
    expect(store.deliveries.get(`${attemptId}.inbox`)).toMatchObject({ status: 'delivered' });
    expect(queues.deliveries).toEqual([{ deliveryId: `${attemptId}.crm` }]);
  });

  it('when the process that settled may still deliver them, then they stay unchanged', async () => {
    const { store, sinks, clock, sweep } = aSweep();
    store.cdrs.push(aCdr());
    store.deliveries.set(`${attemptId}.inbox`, aDelivery('inbox', { createdAt: clock.at - 1_000 }));
    await sweep();
    expect(sinks.tried).toEqual([]);
  });

  it('when one cannot be restored, then the others still are', async () => {
    const { store, queues, sweep } = aSweep();
    for (const n of [1, 2]) {
      const delivery = aDelivery('crm', {}, n);
      store.deliveries.set(delivery.id, delivery);
    }
    queues.refused.add(`${attemptIdOf(1)}.crm`);
    await sweep();
    expect(queues.deliveries).toEqual([{ deliveryId: `${attemptIdOf(2)}.crm` }]);
  });
});

describe('given attempts under way', () => {
  const pbxIsGone = { pbx: 'pbx-gone' };
  const lastMoment = latestEndAt(startedAt, inFlight()[1].plan);

  it('when they were quiet for a while, then every observer reconciles them', async () => {
    const { adopted, sweep } = aSweep();
    await sweep();
    expect(adopted).toEqual([expect.toSatisfy((quietForMs: number) => quietForMs >= 10_000 && quietForMs <= minute)]);
  });

  it('when Redis was away, then the processes that saw them end have one round to report it, before any reconciliation', async () => {
    const { store, adopted, sweep } = aSweep();
    store.isAway = true;
    await sweep();
    store.isAway = false;
    await vi.advanceTimersByTimeAsync(minute);
    expect(adopted).toEqual([]);
    await vi.advanceTimersByTimeAsync(minute);
    expect(adopted).toHaveLength(1);
  });

  it('when one observer fails, then the others are called, and the rest of the sweep is done', async () => {
    const world = aSweep();
    world.observers.unshift(world.observer(() => Promise.reject(new Error('the record is damaged'))));
    world.store.put(plannedCall());
    await world.sweep();
    expect(world.adopted).toHaveLength(1);
    expect(world.queues.dial).toHaveLength(1);
  });

  it('when their PBX is no longer configured and their last moment has passed, then they end as `unknown`', async () => {
    const { store, queues, sweep } = aSweep(lastMoment);
    store.put(...inFlight(1, pbxIsGone));
    await sweep();
    expect(queues.results).toMatchObject([{ callId, attemptId, evidence: { gaveUpAt: lastMoment } }]);
  });

  it.each([
    { what: 'they may still be alive', now: lastMoment - 1, record: pbxIsGone },
    { what: 'their PBX is configured', now: lastMoment, record: {} },
  ])('when $what, then they are not concluded', async ({ now, record }) => {
    const { store, queues, sweep } = aSweep(now);
    store.put(...inFlight(1, record));
    await sweep();
    expect(queues.results).toEqual([]);
  });
});

describe('given a sweep', () => {
  it('then calls whose retention is over are removed', async () => {
    const { store, clock, sweep } = aSweep();
    await sweep();
    expect(store.forgotten).toEqual([clock.at]);
  });

  it('when more of them are over than one page holds, then all of those are forgotten in one round', async () => {
    const { store, sweep } = aSweep();
    store.endedLongAgo = 30_001;
    await sweep();
    expect(store.endedLongAgo).toBe(0);
  });

  it('when there are more than a round’s, then the next one continues, and the rest of the round is still done', async () => {
    const { store, metrics, sweep } = aSweep();
    store.endedLongAgo = 60_000;
    store.put(plannedCall());
    await sweep();
    expect(store.endedLongAgo).toBe(10_000);
    expect((await metrics.render()).body).toMatch(/^redial_overdue_calls\{.*\} 1$/m);
    await vi.advanceTimersByTimeAsync(minute);
    expect(store.endedLongAgo).toBe(0);
  });

  it('then the link statuses of dead processes are removed, and those of living ones are not', async () => {
    const { store, clock, sweep } = aSweep();
    const said = { pbx: 'pbx-1', process: 'dialer', up: true } as const;
    await store.port.reportLinkStatus('dead', { ...said, at: clock.at - minute });
    await store.port.reportLinkStatus('living', { ...said, at: clock.at - 5_000 });
    await sweep();
    expect([...store.links.keys()]).toEqual([expect.stringContaining('living')]);
  });

  it.each([true, false])(
    'then waiting work is measured, whether this process leads (%j) or another does',
    async (leads) => {
      const { store, sinks, metrics, sweep } = aSweep();
      store.isLeader = leads;
      sinks.lengths = [{ tenant: 'acme', sink: 'inbox', length: 12 }];
      store.put(plannedCall());
      const waiting = aDelivery('crm');
      store.deliveries.set(waiting.id, { ...waiting, nextTryAt: startedAt + 20 * minute });
      await sweep();
      const { body } = await metrics.render();
      const measured = ['oldest_overdue_call_seconds', 'overdue_calls', 'undelivered_webhooks', 'sink_length'];
      expect(measured.map((name) => body.match(new RegExp(`^redial_${name}\\{.*\\} (\\d+)$`, 'm'))?.[1])).toEqual([
        '600',
        '1',
        '1',
        '12',
      ]);
      expect(body).toMatch(/^redial_calls_in_progress\{limit="pbx\.pbx-1".*\} \d+$/m);
    },
  );

  it('when it is stopped, then another process may lead at once', async () => {
    const { store, sweep } = aSweep();
    const sweeper = await sweep();
    expect(store.releasedLeases).toEqual([]);
    await sweeper.stop();
    expect(store.releasedLeases).toEqual(['results-1 as sweeper']);
  });

  it('when Redis is away while it is stopped, then it still stops', async () => {
    const { store, sweep } = aSweep();
    const sweeper = await sweep();
    store.isAway = true;
    await sweeper.stop();
    expect(store.releasedLeases).toEqual([]);
  });

  it('when another process leads, then this one does only the work that no other process can do', async () => {
    const { store, queues, sinks, adopted, sweep } = aSweep();
    store.isLeader = false;
    store.put(plannedCall());
    store.put(...inFlight(2, { pbx: 'pbx-gone' }));
    store.deliveries.set(`${attemptId}.inbox`, aDelivery('inbox'));
    await sweep();
    expect(adopted).toHaveLength(1);
    expect([queues.dial, queues.results, sinks.tried, store.forgotten]).toEqual([[], [], [], []]);
  });

  it('then it repeats until it is stopped', async () => {
    const { store, queues, sweep } = aSweep();
    const sweeper = await sweep();
    store.put(plannedCall());
    await vi.advanceTimersByTimeAsync(minute);
    expect(queues.dial).toHaveLength(1);
    await sweeper.stop();
    await vi.advanceTimersByTimeAsync(10 * minute);
    expect(store.forgotten).toHaveLength(2);
  });
});
