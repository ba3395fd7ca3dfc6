import type { CallId, Delivery } from '@redial/call';
import { connectRedis, redisReady } from '@redial/platform';
import { createStore } from '@redial/store';
import { afterEach, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis, type TestRedisOptions } from '../../support/redis.ts';
import { claimed } from './attempt-under-way.ts';
import { newCall, newDelivery } from './store-on-redis.ts';

const started: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.close();
});

async function given(options: TestRedisOptions = {}, login = '') {
  const server: TestRedis = await startTestRedis(options);
  started.push({ close: () => server.stop() });
  const open = async (url = server.url) => {
    const redis = connectRedis({ url, role: 'store' });
    await redisReady(redis, 10_000);
    const store = createStore({ redis, prefix: '{test}' });
    started.push(store);
    return { redis, store };
  };
  const admin = await open();
  if (login !== '') await admin.redis.call('ACL', 'SETUSER', login, 'on', 'nopass', '~*', '&*', '+@all', '-config');
  return { server, ...(login === '' ? admin : await open(server.url.replace('redis://', `redis://${login}:x@`))) };
}

/** Whether the Redis of this machine can report that a write is on disk. */
const canWait = (version: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 7 || (major === 7 && minor >= 2);
};

describe('the durability of Redis', () => {
  it('given a Redis that syncs every write when queried then it reports that, and writes are durable at once', async () => {
    const { store } = await given({ appendfsync: 'always' });
    expect(await store.durability()).toEqual({
      appendonly: true,
      appendfsync: 'always',
      noAppendfsyncOnRewrite: 'no',
      maxmemoryPolicy: 'noeviction',
      redisVersion: expect.stringMatching(/^\d+\.\d+/),
      replicas: 0,
    });
    await store.acceptCalls([newCall()]);
    expect(await store.confirmDurable(1)).toBe(true);
  });

  it('given a Redis that syncs every second when calls are accepted then they are durable if it can report that', async () => {
    const { store } = await given({ appendfsync: 'everysec' });
    const { appendfsync, redisVersion } = await store.durability();
    expect(appendfsync).toBe('everysec');
    const confirmed = await Promise.all(
      Array.from({ length: 20 }, async () => {
        await store.acceptCalls([newCall()]);
        return store.confirmDurable(5_000);
      }),
    );
    expect(new Set(confirmed)).toEqual(new Set([canWait(redisVersion)]));
  });

  it('given a thousand at one moment when they wait for the disk then Redis is queried once', async () => {
    const { store, redis } = await given({ appendfsync: 'everysec' });
    const { redisVersion } = await store.durability();
    const confirmed = await Promise.all(Array.from({ length: 1_000 }, () => store.confirmDurable(5_000)));
    expect(new Set(confirmed)).toEqual(new Set([canWait(redisVersion)]));
    const asked = /cmdstat_waitaof:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1];
    expect(asked).toBe(canWait(redisVersion) ? '1' : undefined);
  });

  it('given a Redis without AOF then nothing is durable', async () => {
    const { store } = await given({ appendonly: false, maxmemoryPolicy: 'allkeys-lru' });
    expect(await store.durability()).toMatchObject({ appendonly: false, maxmemoryPolicy: 'allkeys-lru' });
    expect(await store.confirmDurable(1_000)).toBe(false);
  });

  it('given a Redis that forbids CONFIG then the rest is known', async () => {
    const { store } = await given({ appendfsync: 'everysec' }, 'hosted');
    const known = await store.durability();
    expect(known).toMatchObject({
      appendonly: true,
      appendfsync: 'unknown',
      noAppendfsyncOnRewrite: 'unknown',
      maxmemoryPolicy: 'noeviction',
    });
    expect(await store.confirmDurable(5_000)).toBe(canWait(known.redisVersion));
  });

  it('given a Redis that was killed when it is back then every accepted call is there', async () => {
    const { server, store, redis } = await given({ appendfsync: 'always' });
    const calls = Array.from({ length: 100 }, () => newCall());
    await store.acceptCalls(calls);
    await server.kill();
    await expect(store.ping()).rejects.toThrow();
    await expect(store.acceptCalls([newCall()])).rejects.toThrow();
    await server.restart();
    await redisReady(redis, 10_000);
    await store.ping();
    for (const call of calls) expect((await store.readCall(call.id))?.value).toEqual(call);
  });
});

describe('the checks of a confirmation', () => {
  /** The next sync confirms everything, and nothing is on disk before. */
  const onADisk = () => given({ appendfsync: 'everysec' });
  const isWritten = ({ id }: { readonly id: CallId }, version = 1) => ({ call: id, version });

  it('given a call that was accepted when it is confirmed, then it exists at its version or an earlier one', async () => {
    const { store } = await onADisk();
    const can = canWait((await store.durability()).redisVersion);
    const call = newCall();
    await store.acceptCalls([call]);
    const seen = [isWritten(call), isWritten(call, 2), isWritten(newCall())];
    expect(await Promise.all(seen.map((written) => store.confirmDurable(5_000, written)))).toEqual([can, false, false]);
  });

  it('given a claim when it is confirmed, then only its own run finds it', async () => {
    const { store } = await onADisk();
    const can = canWait((await store.durability()).redisVersion);
    const { attempt } = await claimed(store, undefined, { claimedBy: 'mine' });
    const by = (claimedBy: string) => store.confirmDurable(5_000, { attempt: attempt.value.id, claimedBy });
    expect(await Promise.all([by('mine'), by('another’s')])).toEqual([can, false]);
  });

  it('given an answered key when it is confirmed, then it stands for its calls', async () => {
    const { store } = await onADisk();
    const can = canWait((await store.durability()).redisVersion);
    const key = { tenantId: 'acme', key: 'k', fingerprint: 'f' };
    await store.beginIdempotency(key);
    expect(await store.confirmDurable(5_000, { answered: key })).toBe(false);
    await store.acceptCalls([newCall()], { ...key, reply: '{}' });
    expect(await store.confirmDurable(5_000, { answered: key })).toBe(can);
  });

  it('given a delivery when it is confirmed, then it stands for its settlement, in any state', async () => {
    const { store } = await onADisk();
    const can = canWait((await store.durability()).redisVersion);
    const delivery = newDelivery({ createdAt: Date.now() });
    await store.writeDelivery({ ...delivery, tries: 3, nextTryAt: Date.now() });
    const of = ({ id, createdAt }: Delivery) => store.confirmDurable(5_000, { delivery: id, createdAt });
    const settledOtherwise = { ...delivery, createdAt: delivery.createdAt + 1 };
    expect(await Promise.all([of(delivery), of(settledOtherwise), of(newDelivery({ createdAt: Date.now() }))])).toEqual(
      [can, false, false],
    );
  });

  it('given a Redis that died after it had acknowledged, and is back without it, then neither call, claim nor delivery is confirmed, and later ones are', async () => {
    const { server, store, redis } = await onADisk();
    const can = canWait((await store.durability()).redisVersion);
    const before = newCall();
    await store.acceptCalls([before]);
    expect(await store.confirmDurable(5_000, isWritten(before))).toBe(can);
    // From here on it acknowledges writes, and its file does not grow: as between an answer and a slow sync.
    await redis.config('SET', 'appendonly', 'no');
    const call = newCall();
    await store.acceptCalls([call]);
    const { attempt } = await claimed(store, undefined, { claimedBy: 'mine' });
    const delivery = newDelivery({ createdAt: Date.now() });
    const { id, createdAt } = delivery;
    await store.writeDelivery(delivery);

    await server.kill();
    await server.restart();
    await redisReady(redis, 10_000);
    const forgotten = [isWritten(call), { attempt: attempt.value.id, claimedBy: 'mine' }, { delivery: id, createdAt }];
    const asked = [...forgotten, isWritten(before)];
    expect(await Promise.all(asked.map((written) => store.confirmDurable(5_000, written)))).toEqual([
      false,
      false,
      false,
      can,
    ]);
    // Only the mark was synced, by a process that does not know these records.
    expect(await store.confirmDurable(5_000)).toBe(can);
  });

  it.each(['always', 'everysec'] as const)(
    'given appendfsync %s and no-appendfsync-on-rewrite, then nothing is confirmed',
    async (appendfsync) => {
      const { store } = await given({ appendfsync, extraArgs: ['--no-appendfsync-on-rewrite', 'yes'] });
      expect(await store.durability()).toMatchObject({ appendfsync, noAppendfsyncOnRewrite: 'yes' });
      await store.acceptCalls([newCall()]);
      expect(await store.confirmDurable(5_000)).toBe(false);
    },
  );

  it('given a mark that Redis refuses, then the mark of an earlier round does not count', async () => {
    const { store, redis } = await onADisk();
    const can = canWait((await store.durability()).redisVersion);
    expect(await store.confirmDurable(5_000)).toBe(can);
    await redis.config('SET', 'maxmemory', '1');
    expect(await store.confirmDurable(5_000)).toBe(false);
  });
});
