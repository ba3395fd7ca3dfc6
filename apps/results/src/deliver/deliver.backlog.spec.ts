import { createWebhookSink, type Sink } from '@redial/sinks';
import { fakeQueues, scriptableStore } from '@redial/testing';
import { describe, expect, it } from 'vitest';
import { aCdr, aDelivery, attemptIdOf, crm, silentLogger, startedAt, unseenMetrics } from '../../testing/builders.ts';
import { createDeliverer } from './deliver.ts';

const second = 1_000;
const minute = 60 * second;
const timeoutMs = 15 * second;
const workers = 50;

interface Receiver {
  hangs: boolean;
  readonly received: { readonly id: string; readonly at: number }[];
}

/** The `deliveries` queue, its workers, two receivers and their clock. */
function aWorld() {
  const clock = { at: startedAt, now: () => clock.at };
  const agenda = new Map<number, (() => void)[]>();
  const after = (ms: number, work: () => void): void => {
    const at = clock.at + Math.max(1, Math.ceil(ms));
    agenda.set(at, [...(agenda.get(at) ?? []), work]);
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  function aReceiver(name: string): Receiver & { readonly sink: Sink } {
    const receiver: Receiver = { hangs: false, received: [] };
    const send: typeof fetch = (_url, init) =>
      new Promise((resolve, reject) => {
        if (receiver.hangs) return after(timeoutMs, () => reject(new DOMException('too late', 'TimeoutError')));
        receiver.received.push({ id: new Headers(init?.headers).get('webhook-id') ?? '', at: clock.at });
        after(20, () => resolve(new Response()));
      });
    const sink = createWebhookSink({
      name,
      url: crm.url,
      secrets: [crm.secret],
      timeoutMs,
      toBody: () => ({}),
      fetch: send,
      clock,
    });
    return Object.assign(receiver, { sink });
  }
  const receivers = { crm: aReceiver('crm'), other: aReceiver('other') };

  const store = scriptableStore();
  const cdr = aCdr();
  const deliverer = createDeliverer({
    store: new Proxy(store.port, {
      get: (port, key) => (key === 'readCdr' ? async () => cdr : Reflect.get(port, key)),
    }),
    queues: fakeQueues().queues,
    sinks: { find: (_tenant, name) => (name === 'crm' || name === 'other' ? receivers[name].sink : undefined) },
    clock,
    metrics: unseenMetrics(),
    logger: silentLogger,
  });

  const runs: number[] = [];
  /** In the order in which they came. */
  const waiting = new Set<string>();
  let active = 0;
  function work(): void {
    for (const deliveryId of waiting) {
      if (active === workers) return;
      waiting.delete(deliveryId);
      active++;
      runs.push(clock.at);
      void deliverer.work({ deliveryId }).then((decision) => {
        active--;
        if (decision.type === 'again') after(decision.afterMs, () => add(deliveryId));
        work();
      });
    }
  }
  function add(deliveryId: string): void {
    waiting.add(deliveryId);
    work();
  }

  return {
    ...receivers,
    store,
    put: (sink: string, n: number, follows?: string) => {
      const delivery = aDelivery(sink, { createdAt: clock.at, ...(follows !== undefined && { follows }) }, n);
      store.deliveries.set(delivery.id, delivery);
      add(delivery.id);
      return delivery.id;
    },
    now: clock.now,
    pass: async (ms: number) => {
      await settled();
      for (const end = clock.at + ms; clock.at < end; ) {
        clock.at++;
        const works = agenda.get(clock.at);
        if (works === undefined) continue;
        agenda.delete(clock.at);
        for (const each of works) each();
        await settled();
      }
    },
    /** The most runs in any second since then. */
    runsPerSecond: (since: number) => {
      const counts = new Map<number, number>();
      for (const at of runs) {
        const which = Math.floor(at / second);
        if (at >= since) counts.set(which, (counts.get(which) ?? 0) + 1);
      }
      return Math.max(0, ...counts.values());
    },
  };
}

describe('given a webhook that hangs, and 20,000 CDRs for it', () => {
  const backlog = 20_000;
  async function hanging(calls = backlog) {
    const world = aWorld();
    world.crm.hangs = true;
    for (let n = 1; n <= calls; n++) world.put('crm', n);
    // Until the first ones have timed out: from then on the receiver is known to be slow.
    await world.pass(timeoutMs + 10 * second);
    return world;
  }

  it('when they wait, then few jobs run, for any number that waits, and the sweeper takes none', async () => {
    const world = await hanging();
    const since = world.now();
    await world.pass(2 * minute);
    expect(world.runsPerSecond(since)).toBeLessThanOrEqual(60);
    const due = await world.store.port.undeliveredPage(world.now() - 30 * second, 1_000);
    expect(due).toEqual({ deliveries: [] });
    expect([...world.store.deliveries.values()].filter(({ status }) => status !== 'pending')).toEqual([]);
  });

  it('when another tenant’s CDRs come, then they are delivered at once', async () => {
    const world = await hanging();
    for (let n = 1; n <= 100; n++) {
      const at = world.now();
      const id = world.put('other', n);
      await world.pass(500);
      expect(world.other.received.at(-1)).toEqual({ id, at });
    }
  });

  it('when it answers again, then it gets requests at once and without a pause, and has all CDRs in minutes', async () => {
    const world = await hanging();
    world.crm.hangs = false;
    const healedAt = world.now();
    await world.pass(12 * minute);
    const times = world.crm.received.map(({ at }) => at);
    // Requests that hung still hold their places until they time out.
    expect((times[0] ?? Number.POSITIVE_INFINITY) - healedAt).toBeLessThanOrEqual(timeoutMs + second);
    // A handful had been tried, and follows its schedule.
    const inTurn = times.slice(0, backlog - 100);
    const pauses = inTurn.slice(1).map((at, i) => at - (inTurn[i] ?? at));
    expect(Math.max(...pauses)).toBeLessThanOrEqual(second);
    expect(new Set(world.crm.received.map(({ id }) => id)).size).toBe(backlog);
    expect(await world.store.port.countUndelivered()).toBe(0);
  });

  it('when a call has two of them, then it receives the second after the first', async () => {
    const world = await hanging(300);
    for (let n = 1; n <= 100; n++) world.put('crm', 1_000 + n, `${attemptIdOf(n)}.crm`);
    await world.pass(minute);
    world.crm.hangs = false;
    await world.pass(30 * minute);
    const order = world.crm.received.map(({ id }) => id);
    expect(order).toHaveLength(400);
    const late = Array.from({ length: 100 }, (_, i) => i + 1).filter(
      (n) => order.indexOf(`${attemptIdOf(n)}.crm`) > order.indexOf(`${attemptIdOf(1_000 + n)}.crm`),
    );
    expect(late).toEqual([]);
  });
});
