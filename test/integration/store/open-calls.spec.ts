import { type Call, type CallSignal, stepCall } from '@redial/call';
import type { Accepted, Store } from '@redial/store';
import { describe, expect, it } from 'vitest';
import { accepted, dialed, newCall, noon, read, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

const some = (count: number, over = {}): Call[] => Array.from({ length: count }, () => newCall(over));
const within = (store: Store, max: number, calls: readonly Call[]): Promise<Accepted> =>
  store.acceptCalls(calls, undefined, undefined, max);
const say = async (store: Store, call: Pick<Call, 'id'>, signal: CallSignal): Promise<void> => {
  const before = await read(store, call);
  await store.updateCall(before, stepCall(before.value, signal).call);
};

describe('the limit of a tenant’s open calls', () => {
  it('given room for all when calls are accepted then they are, up to the limit', async () => {
    const store = await onRedis.open();
    expect(await within(store, 3, some(2))).toEqual({ type: 'accepted' });
    expect(await within(store, 3, some(1))).toEqual({ type: 'accepted' });
    expect(await store.countOpenCalls('acme')).toBe(3);
  });

  it('given room for some when more are accepted then none is, and the answer states how many have room', async () => {
    const store = await onRedis.open();
    await within(store, 5, some(3));
    expect(await within(store, 5, some(4))).toEqual({ type: 'full', room: 2 });
    expect(await store.countOpenCalls('acme')).toBe(3);
    expect((await store.listCalls({ tenantId: 'acme', limit: 10 })).calls).toHaveLength(3);
  });

  it('given a limit that was lowered below the present number then there is room for none', async () => {
    const store = await onRedis.open();
    await within(store, 5, some(5));
    expect(await within(store, 2, some(1))).toEqual({ type: 'full', room: 0 });
  });

  it('given 200 requests at the same moment through two processes then exactly as many as there is room for are accepted', async () => {
    const stores = [await onRedis.open(), await onRedis.open()];
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, n) => within(stores[n % 2] as Store, 50, some(1 + (n % 3)))),
    );
    const taken = answers.reduce((sum, { type }, n) => sum + (type === 'accepted' ? 1 + (n % 3) : 0), 0);
    expect(taken).toBe(50);
    expect(await stores[0]?.countOpenCalls('acme')).toBe(50);
  });

  it('given calls in every open state then each counts, and one that ended does not', async () => {
    const store = await onRedis.open();
    const [scheduled, dialing, canceled] = [
      newCall({ request: { ...newCall().request, notBeforeAt: noon + 86_400_000 } }),
      newCall(),
      newCall(),
    ];
    await store.acceptCalls([scheduled, dialing, canceled]);
    const before = await read(store, dialing);
    const { after, attempt } = dialed(before.value);
    await store.claim(before, after, attempt);
    await say(store, canceled, { type: 'cancel', at: noon });
    expect((await read(store, scheduled)).value.state.status).toBe('scheduled');
    expect((await read(store, dialing)).value.state.status).toBe('dialing');
    expect((await read(store, canceled)).value.state.status).toBe('canceled');
    expect(await store.countOpenCalls('acme')).toBe(2);
    expect(await within(store, 3, some(2))).toEqual({ type: 'full', room: 1 });
  });

  it('given another tenant that is full then its calls take no room from this one', async () => {
    const store = await onRedis.open();
    await within(store, 2, some(2, { tenantId: 'other' }));
    expect(await within(store, 2, some(2))).toEqual({ type: 'accepted' });
  });

  it('given calls of two tenants when they are accepted together then it throws', async () => {
    const store = await onRedis.open();
    await expect(within(store, 9, [newCall(), newCall({ tenantId: 'other' })])).rejects.toThrow(RangeError);
  });
});

describe('requests that need no room', () => {
  const reservation = {
    tenantId: 'acme',
    dialect: 'dialup',
    reference: 'order-1',
    reserves: 'open_reference',
  } as const;
  const key = { tenantId: 'acme', key: 'k', fingerprint: 'aaaa' };

  it('given a full tenant when a reference of its calls is reserved then the answer names them', async () => {
    const store = await onRedis.open();
    const [call] = some(1);
    await store.acceptCalls([call as Call], undefined, reservation, 1);
    expect(await store.acceptCalls(some(1), undefined, reservation, 1)).toEqual({ type: 'taken', by: [call?.id] });
    expect(await store.acceptCalls(some(1), undefined, { ...reservation, reference: 'order-2' }, 1)).toEqual({
      type: 'full',
      room: 0,
    });
  });

  it('given a refused request when it is repeated under its key and there is room then it is accepted', async () => {
    const store = await onRedis.open();
    const { value: open } = await accepted(store);
    await store.beginIdempotency(key);
    expect(await store.acceptCalls(some(1), { ...key, reply: '{}' }, undefined, 1)).toEqual({ type: 'full', room: 0 });
    await say(store, open, { type: 'cancel', at: noon });
    expect(await store.acceptCalls(some(1), { ...key, reply: '{}' }, undefined, 1)).toEqual({ type: 'accepted' });
    expect(await store.beginIdempotency(key)).toEqual({ type: 'replay', reply: '{}' });
  });
});
