import type { Delivery } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { newDelivery, noon, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

it('given pending deliveries then those created before the instant come, oldest first', async () => {
  const store = await onRedis.open();
  const [second, first, late] = [
    newDelivery({ createdAt: noon + 2 }),
    newDelivery({ createdAt: noon + 1 }),
    newDelivery({ createdAt: noon + 3 }),
  ];
  for (const one of [second, first, late]) await store.writeDelivery(one);
  expect((await store.undeliveredPage(noon + 3, 10)).deliveries).toEqual([first, second]);
  expect((await store.undeliveredPage(noon + 4, 2)).deliveries).toEqual([first, second]);
  expect(await store.countUndelivered()).toBe(3);
});

it('given 1,000 webhooks on their schedule when one is lost then the lost one is found', async () => {
  const store = await onRedis.open();
  const scheduled = Array.from({ length: 1_000 }, () => newDelivery({ tries: 3, nextTryAt: noon + 3_600_000 }));
  await Promise.all(scheduled.map((one) => store.writeDelivery(one)));
  const lost = newDelivery({ sink: 'list', createdAt: noon + 1 });
  await store.writeDelivery(lost);
  expect((await store.undeliveredPage(noon + 60_000, 1_000)).deliveries).toEqual([lost]);
  expect(await store.countUndelivered()).toBe(1_001);
});

it('given a webhook whose next try was not made when its time is past then it is found', async () => {
  const store = await onRedis.open();
  const forgotten = newDelivery({ tries: 1, nextTryAt: noon + 5_000 });
  await store.writeDelivery(forgotten);
  expect((await store.undeliveredPage(noon + 5_000, 10)).deliveries).toEqual([]);
  expect((await store.undeliveredPage(noon + 5_001, 10)).deliveries).toEqual([forgotten]);
});

it('given a delivery when it is delivered then it is read, and no longer listed', async () => {
  const store = await onRedis.open();
  const pending = newDelivery();
  await store.writeDelivery(pending);
  const done: Delivery = { ...pending, status: 'delivered', tries: 1, lastTryAt: noon + 5 };
  expect(await store.writeDelivery(done, pending)).toBe(true);
  expect(await store.readDelivery(pending.id)).toEqual(done);
  expect(await store.countUndelivered()).toBe(0);
  expect(await store.listDead('acme', 10)).toEqual([]);
});

it('given dead deliveries when they are listed then the one that died last comes first; one that is sent again leaves the list', async () => {
  const store = await onRedis.open();
  const died = (at: number) => newDelivery({ status: 'dead', tries: 8, lastTryAt: at, lastError: 'status 500' });
  const [older, newer, others] = [died(noon + 1), died(noon + 2), { ...died(noon + 3), tenantId: 'other' }];
  for (const one of [older, newer, others]) await store.writeDelivery(one);
  expect(await store.listDead('acme', 10)).toEqual([newer, older]);
  expect(await store.listDead('acme', 1)).toEqual([newer]);

  await store.writeDelivery({ ...newer, status: 'pending' }, newer);
  expect(await store.listDead('acme', 10)).toEqual([older]);
  expect(await store.countUndelivered()).toBe(1);
});

describe('given a delivery that two processes have read', () => {
  it('when both write at once then one is written, and the other gets a conflict', async () => {
    const [store, other] = [await onRedis.open(), await onRedis.open()];
    const pending = newDelivery();
    await store.writeDelivery(pending);
    const tries: Delivery[] = [
      { ...pending, status: 'delivered', tries: 1, lastTryAt: noon + 5 },
      { ...pending, tries: 1, lastTryAt: noon + 6, nextTryAt: noon + 9, lastError: 'HTTP 500' },
    ];
    const won = await Promise.all(tries.map((one, n) => (n === 0 ? store : other).writeDelivery(one, pending)));
    expect(won.filter(Boolean)).toHaveLength(1);
    expect(await store.readDelivery(pending.id)).toEqual(tries[won.indexOf(true)]);
  });

  it('when one comes back after the other delivered it then it stays delivered, and is on no list', async () => {
    const store = await onRedis.open();
    const pending = newDelivery();
    await store.writeDelivery(pending);
    const done: Delivery = { ...pending, status: 'delivered', tries: 1, lastTryAt: noon + 5 };
    await store.writeDelivery(done, pending);
    for (const status of ['pending', 'dead'] as const) {
      expect(await store.writeDelivery({ ...pending, status, tries: 1, lastTryAt: noon + 6 }, pending)).toBe(false);
    }
    expect(await store.readDelivery(pending.id)).toEqual(done);
    expect([await store.countUndelivered(), await store.listDead('acme', 10)]).toEqual([0, []]);
  });

  it('when it is gone, or exists already, then nothing is overwritten', async () => {
    const store = await onRedis.open();
    const [gone, there] = [newDelivery(), newDelivery()];
    await store.writeDelivery(there);
    expect(await store.writeDelivery({ ...gone, tries: 1 }, gone)).toBe(false);
    expect(await store.writeDelivery({ ...there, tries: 1 })).toBe(false);
    expect([await store.readDelivery(gone.id), await store.readDelivery(there.id)]).toEqual([undefined, there]);
  });

  it('when it holds a field of a later version, and its fields stand in another order, then it can be overwritten as it was read', async () => {
    const store = await onRedis.open();
    const later = Object.assign(newDelivery(), { newField: [1] });
    await store.writeDelivery(later);
    const found = await store.readDelivery(later.id);
    if (found === undefined) throw new Error('it was written');
    const turned = Object.fromEntries(Object.entries(found).toReversed()) as unknown as Delivery;
    expect(await store.writeDelivery({ ...found, tries: 1 }, turned)).toBe(true);
    expect(await store.readDelivery(later.id)).toEqual({ ...later, tries: 1 });
  });
});

it('given no such delivery when it is read then it is undefined', async () => {
  const store = await onRedis.open();
  expect(await store.readDelivery('att_0.crm')).toBeUndefined();
});
