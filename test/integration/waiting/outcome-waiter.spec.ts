import { getEventListeners } from 'node:events';
import { type AttemptId, type Call, type CallId, type Dial1Outcome, stepCall } from '@redial/call';
import { systemClock } from '@redial/platform';
import type { Store } from '@redial/store';
import { describe, expect, it, vi } from 'vitest';
import { claimed, settlement } from '../store/attempt-under-way.ts';
import { newCall, noon, read, request, useStoreOnRedis } from '../store/store-on-redis.ts';

interface Waiter {
  expect(
    callIds: readonly CallId[],
    waits: { readonly until: number; readonly withDial2: boolean },
  ): { wait(gone: AbortSignal): Promise<readonly Dial1Outcome[] | undefined> };
  readonly waiting: number;
  close(): Promise<void>;
}

/** A part of the API process that cannot be imported by name. */
const source = new URL('../../../apps/api/src/waiting/outcome-waiter.ts', import.meta.url);
const { createOutcomeWaiter } = (await import(source.href)) as {
  createOutcomeWaiter: (ports: { store: Store; clock: typeof systemClock; logger: { warn(): void } }) => Waiter;
};

const onRedis = useStoreOnRedis();
const withinMs = 20_000;

/** The waiter of one API process. No deadline passes before the test ends. */
async function aProcess() {
  const store = await onRedis.open();
  const waiter = createOutcomeWaiter({ store, clock: systemClock, logger: { warn: () => undefined } });
  const client = ({ id }: Pick<Call, 'id'>, withDial2 = false) => {
    const going = new AbortController();
    const reported = waiter.expect([id], { until: Date.now() + 300_000, withDial2 }).wait(going.signal);
    return { reported, going, listeners: () => getEventListeners(going.signal, 'abort').length };
  };
  return { store, waiter, client };
}

const awaitedCall = (): Call => newCall({ request: { ...request, outcomeAwaited: true } });

async function dial(store: Store, call: Call) {
  return claimed(store, await read(store, call), { awaited: true });
}

async function answer(store: Store, call: Call): Promise<AttemptId> {
  const { attempt } = await dial(store, call);
  await store.recordProgress(attempt.value.id, 'answered', noon);
  return attempt.value.id;
}

async function cancel(store: Store, call: Call): Promise<void> {
  const before = await read(store, call);
  await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
}

async function subscribers(): Promise<number> {
  const counted = (await onRedis.redis.call('PUBSUB', 'NUMSUB', `${onRedis.prefix}:call-changed`)) as [string, number];
  return Number(counted[1]);
}

async function subscribedConnections(): Promise<number> {
  const list = String(await onRedis.redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'));
  return list.split('\n').filter((line) => line !== '').length;
}

describe('given 1,000 clients that wait in one API process', () => {
  it('when their calls are answered or canceled, or they have disconnected, then one subscription serves them all, and nothing is left', async () => {
    const { waiter, client } = await aProcess();
    const elsewhere = await onRedis.open();
    const calls = Array.from({ length: 1_000 }, awaitedCall);
    const clients = calls.map((call) => client(call));
    await elsewhere.acceptCalls(calls);
    expect(waiter.waiting).toBe(1_000);
    await vi.waitFor(async () => expect(await subscribers()).toBe(1), withinMs);
    expect(await subscribedConnections()).toBe(1);

    const [answered, canceled] = [calls.slice(0, 300), calls.slice(300, 500)];
    const attemptIds = await Promise.all(answered.map((call) => answer(elsewhere, call)));
    await Promise.all(canceled.map((call) => cancel(elsewhere, call)));
    expect(await Promise.all(clients.slice(0, 300).map(({ reported }) => reported))).toEqual(
      attemptIds.map((uniqueId1) => [{ type: 'answered', uniqueId1 }]),
    );
    expect(await Promise.all(clients.slice(300, 500).map(({ reported }) => reported))).toEqual(
      canceled.map(() => [{ type: 'failed', why: 'canceled' }]),
    );
    expect(waiter.waiting).toBe(500);
    expect([await subscribers(), await subscribedConnections()]).toEqual([1, 1]);

    for (const { going } of clients.slice(500)) going.abort();
    expect(await Promise.all(clients.slice(500).map(({ reported }) => reported))).toEqual(Array(500).fill(undefined));
    expect(waiter.waiting).toBe(0);
    expect(clients.map(({ listeners }) => listeners())).toEqual(Array(1_000).fill(0));
    await waiter.close();
    await vi.waitFor(async () => expect(await subscribers()).toBe(0), withinMs);
  });

  it('when Redis loses the subscription, then outcomes that became known meanwhile are still sent', async () => {
    const { waiter, client } = await aProcess();
    const elsewhere = await onRedis.open();
    const calls = Array.from({ length: 1_000 }, awaitedCall);
    await elsewhere.acceptCalls(calls);
    const clients = calls.map((call) => client(call));
    await vi.waitFor(async () => expect(await subscribers()).toBe(1), withinMs);
    await onRedis.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await Promise.all(calls.map((call) => cancel(elsewhere, call)));
    expect(await Promise.all(clients.map(({ reported }) => reported))).toEqual(
      calls.map(() => [{ type: 'failed', why: 'canceled' }]),
    );
    expect(waiter.waiting).toBe(0);
    await waiter.close();
  });
});

describe('given a client that waits for both channels', () => {
  it('when dial2 is dialled, then it gets both ids, whichever process saw it', async () => {
    const { store, waiter, client } = await aProcess();
    const call = awaitedCall();
    await store.acceptCalls([call]);
    const { reported } = client(call, true);
    const uniqueId1 = await answer(store, call);
    for (const uniqueId of ['1700000000.7', '1700000000.7'])
      await store.recordProgress(uniqueId1, 'dial2_created', noon, uniqueId);
    expect(await reported).toEqual([{ type: 'answered', uniqueId1, uniqueId2: '1700000000.7' }]);
    await waiter.close();
  });

  it('when the attempt is settled without a dial2, then it gets only dial1’s id', async () => {
    const { store, waiter, client } = await aProcess();
    const call = awaitedCall();
    await store.acceptCalls([call]);
    const { reported } = client(call, true);
    const under = await dial(store, call);
    await store.recordProgress(under.attempt.value.id, 'answered', noon);
    const evidence = { dial1AnsweredAt: noon, dial1Hangup: { cause: 16, at: noon + 10 } };
    await store.settle(settlement(under, evidence));
    expect(await reported).toEqual([{ type: 'answered', uniqueId1: under.attempt.value.id }]);
    await waiter.close();
  });
});

describe('given two API processes', () => {
  it('when one stops, then its clients get what is known, and those of the other continue to wait', async () => {
    const [one, two] = [await aProcess(), await aProcess()];
    const call = awaitedCall();
    await one.store.acceptCalls([call]);
    const [first, second] = [one.client(call), two.client(call)];
    await vi.waitFor(async () => expect(await subscribers()).toBe(2), withinMs);
    await one.waiter.close();
    expect(await first.reported).toEqual([{ type: 'pending' }]);
    const uniqueId1 = await answer(two.store, call);
    expect(await second.reported).toEqual([{ type: 'answered', uniqueId1 }]);
    await two.waiter.close();
  });
});
