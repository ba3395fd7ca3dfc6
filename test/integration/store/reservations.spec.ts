import { type Call, stepCall } from '@redial/call';
import { type Accepted, IdempotencyLost, type ReferenceReservation, type Store, type Versioned } from '@redial/store';
import { describe, expect, it } from 'vitest';
import { claimed, settlement } from './attempt-under-way.ts';
import { newCall, noon, read, request, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();
const open: ReferenceReservation = {
  tenantId: 'acme',
  dialect: 'dialup',
  reference: 'order-1',
  reserves: 'open_reference',
};
const ever: ReferenceReservation = { ...open, reserves: 'new_reference' };
const yes: Accepted = { type: 'accepted' };
const takenBy = (...calls: readonly Call[]): Accepted => ({ type: 'taken', by: calls.map(({ id }) => id) });

async function end(store: Store, call: Call): Promise<void> {
  const before = await read(store, call);
  await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
}

const kept = async (): Promise<number> => (await onRedis.redis.keys(`${onRedis.prefix}:reservation:*`)).length;

describe('the holders of a reference', () => {
  const { reserves: _reserves, ...name } = open;

  it('given a call that is open and one that has ended, then both are returned, until neither is open', async () => {
    const store = await onRedis.open();
    const [first, second] = [newCall(), newCall()];
    expect(await store.openHolders(name)).toEqual([]);
    await store.acceptCalls([first, second], undefined, open);
    await end(store, first);
    expect(await store.openHolders(name)).toEqual([first.id, second.id]);
    expect(await store.openHolders({ ...name, tenantId: 'other' })).toEqual([]);
    await end(store, second);
    expect(await store.openHolders(name)).toEqual([]);
  });
});

describe.each([open, ever])('a reference that is reserved ($reserves)', (reservation) => {
  it('given no call has it when calls take it, then they are accepted, and the next request gets their ids', async () => {
    const store = await onRedis.open();
    const [first, second, late] = [newCall(), newCall(), newCall()];
    expect(await store.acceptCalls([first, second], undefined, reservation)).toEqual(yes);
    expect(await store.acceptCalls([late], undefined, reservation)).toEqual(takenBy(first, second));
    expect(await store.readCall(late.id)).toBeUndefined();
    const { calls } = await store.listCalls({ tenantId: 'acme', limit: 10 });
    expect(calls.map(({ value }) => value.id).toSorted()).toEqual([first.id, second.id].toSorted());
  });

  it('given 50 requests at the same moment, in two processes, when all reserve it, then one is accepted and 49 get its calls', async () => {
    const stores = [await onRedis.open(), await onRedis.open()] as const;
    const calls = Array.from({ length: 50 }, () => newCall());
    const answers = await Promise.all(
      calls.map((call, i) => stores[i % 2 === 0 ? 0 : 1].acceptCalls([call], undefined, reservation)),
    );
    const winner = answers.findIndex(({ type }) => type === 'accepted');
    expect(answers).toEqual(calls.map((_, i) => (i === winner ? yes : takenBy(calls[winner] as Call))));
    const found = await Promise.all(calls.map(({ id }) => stores[0].readCall(id)));
    expect(found.filter((call) => call !== undefined)).toHaveLength(1);
  });

  it.each([
    { ...reservation, tenantId: 'other' },
    { ...reservation, dialect: 'act' },
    { ...reservation, reference: 'order-2' },
    { ...reservation, reference: 'ORDER-1' },
  ])('given another $tenantId, $dialect, $reference when it is reserved, then it is another one', async (other) => {
    const store = await onRedis.open();
    await store.acceptCalls([newCall()], undefined, reservation);
    expect(await store.acceptCalls([newCall()], undefined, other)).toEqual(yes);
  });

  it('given a key in Redis, then the reference cannot be read from it', async () => {
    const store = await onRedis.open();
    await store.acceptCalls([newCall()], undefined, reservation);
    const [key] = await onRedis.redis.keys(`${onRedis.prefix}:reservation:*`);
    expect(key).toMatch(/:reservation:acme:dialup:[0-9a-f]{32}$/);
  });

  it('given an idempotency key that was answered meanwhile when it is reserved, then the key decides, and nothing is written', async () => {
    const store = await onRedis.open();
    const key = { tenantId: 'acme', key: 'k', fingerprint: 'f', reply: 'r' };
    await store.acceptCalls([newCall()], key);
    await expect(store.acceptCalls([newCall()], key, reservation)).rejects.toThrow(IdempotencyLost);
    expect(await kept()).toBe(0);
  });

  it('given no call when it is reserved, then it throws', async () => {
    await expect((await onRedis.open()).acceptCalls([], undefined, reservation)).rejects.toThrow(RangeError);
  });

  it('given calls that ended longer ago than the retention when the store forgets, then it is free again', async () => {
    const store = await onRedis.open({ retentionSeconds: 60 });
    const call = newCall();
    await store.acceptCalls([call], undefined, reservation);
    await end(store, call);
    await onRedis.redis.del(`${onRedis.prefix}:call:${call.id}`); // As its expiry does.
    await store.forgetEnded(noon + 59_999, 10);
    expect(await kept()).toBe(1);
    await store.forgetEnded(noon + 60_000, 10);
    expect(await kept()).toBe(0);
    expect(await store.acceptCalls([newCall()], undefined, reservation)).toEqual(yes);
  });

  it('given a call that is open longer than any retention when the store forgets, then it keeps its reference', async () => {
    const store = await onRedis.open({ retentionSeconds: 60 });
    const call = newCall({ request: { ...request, notBeforeAt: noon + 86_400_000 } });
    await store.acceptCalls([call], undefined, reservation);
    for (let days = 1; days < 100; days++) await store.forgetEnded(noon + days * 86_400_000, 10);
    expect(await store.acceptCalls([newCall()], undefined, reservation)).toEqual(takenBy(call));
    // After its end it keeps the reference only while its record exists.
    await end(store, call);
    const after = noon + 101 * 86_400_000;
    await store.forgetEnded(after, 10);
    expect(await kept()).toBe(1);
    await onRedis.redis.del(`${onRedis.prefix}:call:${call.id}`);
    await store.forgetEnded(after + 60_000, 10);
    expect(await kept()).toBe(0);
  });

  it('given more references to check than calls to forget when the store forgets then it reports that there may be more', async () => {
    const store = await onRedis.open({ retentionSeconds: 60 });
    for (const n of [1, 2, 3]) {
      await store.acceptCalls([newCall({ request: { ...request, notBeforeAt: noon + 1_000 } })], undefined, {
        ...reservation,
        reference: `order-${n}`,
      });
    }
    expect(await store.forgetEnded(noon + 61_000, 2)).toBe(2);
    expect(await store.forgetEnded(noon + 61_000, 2)).toBe(1);
    expect(await store.forgetEnded(noon + 61_000, 2)).toBe(0);
  });
});

describe('a reference that may be taken again (open)', () => {
  it.each(['canceled', 'settled', 'forgotten'] as const)(
    'given its call was %s when it is reserved again, then the new call takes it over',
    async (how) => {
      const store = await onRedis.open();
      const [first, second, third] = [newCall({ request: noRetry }), newCall(), newCall()];
      await store.acceptCalls([first], undefined, open);
      const before: Versioned<Call> = await read(store, first);
      if (how === 'canceled') await end(store, first);
      if (how === 'settled') await store.settle(settlement(await claimed(store, before)));
      if (how === 'forgotten') await onRedis.redis.del(`${onRedis.prefix}:call:${first.id}`);
      expect(await store.acceptCalls([second], undefined, open)).toEqual(yes);
      expect(await store.acceptCalls([third], undefined, open)).toEqual(takenBy(second));
    },
  );

  it('given two calls when one has ended, then the other keeps it', async () => {
    const store = await onRedis.open();
    const [first, second] = [newCall(), newCall()];
    await store.acceptCalls([first, second], undefined, open);
    await end(store, first);
    expect(await store.acceptCalls([newCall()], undefined, open)).toEqual(takenBy(first, second));
    await end(store, second);
    expect(await store.acceptCalls([newCall()], undefined, open)).toEqual(yes);
  });

  it('given a call under way when it is reserved, then it is taken', async () => {
    const store = await onRedis.open();
    const first = newCall();
    await store.acceptCalls([first], undefined, open);
    await claimed(store, await read(store, first));
    expect(await store.acceptCalls([newCall()], undefined, open)).toEqual(takenBy(first));
  });

  it('given an ended instanceId when 50 requests reserve it at once, then one takes it over and 49 get its calls', async () => {
    const store = await onRedis.open();
    const first = newCall();
    await store.acceptCalls([first], undefined, open);
    await end(store, first);
    const calls = Array.from({ length: 50 }, () => newCall());
    const answers = await Promise.all(calls.map((call) => store.acceptCalls([call], undefined, open)));
    const winner = answers.findIndex(({ type }) => type === 'accepted');
    expect(answers).toEqual(calls.map((_, i) => (i === winner ? yes : takenBy(calls[winner] as Call))));
  });
});

describe('a reference that is taken for ever (ever)', () => {
  it('given its call has ended when it is reserved again, then it is still taken', async () => {
    const store = await onRedis.open();
    const first = newCall();
    await store.acceptCalls([first], undefined, ever);
    await end(store, first);
    expect(await store.acceptCalls([newCall()], undefined, ever)).toEqual(takenBy(first));
  });
});

const noRetry = { ...request, retryPolicy: { ...request.retryPolicy, maxRetries: 0 } };
