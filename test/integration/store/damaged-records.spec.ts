import type { Delivery } from '@redial/call';
import { MalformedRecord } from '@redial/store';
import { expect, it } from 'vitest';
import { claimed, settlement } from './attempt-under-way.ts';
import { accepted, ids, newDelivery, noon, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

it('given damaged attempts among others when they are read together then the others come, and the keys of the damaged ones are reported', async () => {
  const malformed: string[] = [];
  const store = await onRedis.open({ onMalformed: (key) => malformed.push(key) });
  const under = [await claimed(store), await claimed(store), await claimed(store)];
  const [cut, whole, other] = under.map(({ attempt }) => attempt.value.id);
  if (cut === undefined || whole === undefined || other === undefined) throw new Error('three were claimed');
  const key = (id: string) => `${onRedis.prefix}:attempt:${id}`;
  await onRedis.redis.hset(key(cut), 'doc', '\u0001{"id":"att_');
  await onRedis.redis.set(key(other), 'not a hash');
  expect((await store.readAttempts([cut, whole, other])).map(({ id }) => id)).toEqual([whole]);
  expect(malformed).toEqual([key(cut), key(other)]);
});

it('given damaged calls among others when calls are listed then the others come, and the keys of the damaged ones are reported', async () => {
  const malformed: string[] = [];
  const store = await onRedis.open({ onMalformed: (key) => malformed.push(key) });
  const [oldest, cut, hollow, newest] = [
    await accepted(store, { at: noon }),
    await accepted(store, { at: noon + 1 }),
    await accepted(store, { at: noon + 2 }),
    await accepted(store, { at: noon + 3 }),
  ];
  const key = (id: string) => `${onRedis.prefix}:call:${id}`;
  const bytes = (await onRedis.redis.getBuffer(key(cut.value.id))) ?? Buffer.alloc(0);
  await onRedis.redis.set(key(cut.value.id), bytes.subarray(0, 60));
  await onRedis.redis.set(key(hollow.value.id), bytes.subarray(0, 5));
  const { calls } = await store.listCalls({ tenantId: 'acme', status: 'queued', limit: 10 });
  expect(calls.map(({ value }) => value.id)).toEqual([newest.value.id, oldest.value.id]);
  expect(malformed).toEqual([key(hollow.value.id), key(cut.value.id)]);
});

it('given keys of another type among records when they are read then each is reported, and does not count as missing', async () => {
  const malformed: string[] = [];
  const store = await onRedis.open({ onMalformed: (key) => malformed.push(key) });
  const [call, gone, { call: dialed, attempt }] = [await accepted(store), await accepted(store), await claimed(store)];
  const delivery = newDelivery({ status: 'dead' });
  await store.writeDelivery(delivery);
  const keys = [`call:${call.value.id}`, `delivery:${delivery.id}`, `attempt:${attempt.value.id}`].map(
    (name) => `${onRedis.prefix}:${name}`,
  );
  await onRedis.redis.del(...keys, `${onRedis.prefix}:call:${gone.value.id}`);
  for (const key of keys) await onRedis.redis.rpush(key, 'x');
  expect((await store.listCalls({ tenantId: 'acme', limit: 10 })).calls.map(({ value }) => value.id)).toEqual([
    dialed.value.id,
  ]);
  expect(await store.listDead('acme', 10)).toEqual([]);
  expect(malformed).toEqual(keys.slice(0, 2));
  await expect(store.readCall(call.value.id)).rejects.toThrow(MalformedRecord);
  await expect(store.readDelivery(delivery.id)).rejects.toThrow(MalformedRecord);
  await expect(store.readAttempt(attempt.value.id)).rejects.toThrow(MalformedRecord);
  await expect(store.readForAttempt(dialed.value.id, attempt.value.id)).rejects.toThrow(MalformedRecord);
});

it('given foreign entries in an index when pages are read then all calls come, and the index is reported', async () => {
  const malformed = new Set<string>();
  const store = await onRedis.open({ onMalformed: (key) => malformed.add(key) });
  const made: string[] = [];
  for (let n = 0; n < 4; n++) made.unshift((await accepted(store, { at: noon + n })).value.id);
  const index = `${onRedis.prefix}:calls:acme`;
  await onRedis.redis.zadd(index, 0, 'zzzzzzzzzcall_x', 0, 'x', 0, 'y', 0, 'z', 0, '', 0, '!');
  const read: string[] = [];
  for (let cursor: string | undefined, page = 0; page < 20; page++) {
    const found = await store.listCalls({ tenantId: 'acme', limit: 2, ...(cursor !== undefined && { cursor }) });
    read.push(...found.calls.map(({ value }) => value.id));
    cursor = found.cursor;
    if (cursor === undefined) break;
  }
  expect(read).toEqual(made);
  expect([...malformed]).toEqual([index]);
});

it('given a damaged delivery among others when the undelivered are read then the others come, and its key is reported', async () => {
  const malformed: string[] = [];
  const store = await onRedis.open({ onMalformed: (key) => malformed.push(key) });
  const { deliveries } = settlement(await claimed(store));
  const [sample] = deliveries;
  if (sample === undefined) throw new Error('settling makes a delivery');
  const made: Delivery[] = [1, 2].map((n) => ({ ...sample, id: `${ids.attemptId()}.crm`, createdAt: noon + n }));
  for (const one of made) await store.writeDelivery(one);
  const key = `${onRedis.prefix}:delivery:${made[0]?.id}`;
  await onRedis.redis.set(key, '{}');
  expect((await store.undeliveredPage(noon + 10, 10)).deliveries).toEqual([made[1]]);
  expect(malformed).toEqual([key]);
});

it('given no listener for damage when a listing finds some then the listing still continues', async () => {
  const store = await onRedis.open();
  const { value } = await accepted(store);
  await onRedis.redis.set(`${onRedis.prefix}:call:${value.id}`, 'x');
  expect((await store.listCalls({ tenantId: 'acme', limit: 10 })).calls).toEqual([]);
});
