import type { LocalRedis, LocalRedisSentinel } from '@redial/servers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestRedisSentinel } from '../../support/redis-setups.ts';
import { claimed } from '../store/attempt-under-way.ts';
import { newCall, read } from '../store/store-on-redis.ts';
import { recovery, useRedisSetup } from './on-redis-setup.ts';

let sentinel: LocalRedisSentinel;
beforeEach(async () => {
  sentinel = await startTestRedisSentinel();
});
afterEach(() => sentinel.stop());

const on = useRedisSetup(() => sentinel.url);

/** The servers that are replicas at the start. */
const replicas = (): readonly LocalRedis[] => sentinel.servers.slice(1);

describe('given a primary with two replicas', () => {
  it.each([
    ['one of them', 1, 1, true],
    ['both', 2, 2, true],
    ['one, and the other is silent', 1, 1, true],
    ['both, and one is silent', 2, 1, false],
  ] as const)(
    'when a confirmation requires %s, then it is given while that many answer',
    async (_, asked, up, given) => {
      const store = await on.store({ disk: 'none', replicas: asked });
      const silent = replicas().slice(up);
      for (const replica of silent) {
        await replica.pause();
        on.afterTest(() => replica.resume());
      }
      const call = newCall();
      await store.acceptCalls([call]);
      expect(await store.confirmDurable(given ? 5_000 : 1_000, { call: call.id, version: 1 })).toBe(given);
      for (const replica of silent) await replica.resume();
      await expect.poll(() => store.confirmDurable(5_000, { call: call.id, version: 1 }), recovery).toBe(true);
    },
  );

  it('when both are silent for long, then Redis counts as without replicas', async () => {
    const store = await on.store({ disk: 'none', replicas: 1 });
    expect(await store.durability()).toMatchObject({ replicas: 2 });
    for (const replica of replicas()) {
      await replica.pause();
      on.afterTest(() => replica.resume());
    }
    await expect.poll(() => store.durability(), recovery).toMatchObject({ replicas: 0 });
    expect(await store.confirmDurable(5_000)).toBe(false);
    for (const replica of replicas()) await replica.resume();
    await expect.poll(() => store.confirmDurable(5_000), recovery).toBe(true);
  });

  it('when a thousand confirmations start at one moment, then replicas are queried once', async () => {
    const store = await on.store({ disk: 'none', replicas: 2 });
    const { redis } = await on.connect('store');
    const asked = async () => Number(/cmdstat_wait:calls=(\d+)/.exec(await redis.info('commandstats'))?.[1] ?? 0);
    const before = await asked();
    const confirmed = await Promise.all(Array.from({ length: 1_000 }, () => store.confirmDurable(5_000)));
    expect(new Set(confirmed)).toEqual(new Set([true]));
    expect((await asked()) - before).toBe(1);
  });

  it('when the primary dies as soon as a call and a claim are confirmed, then the promoted replica has both', async () => {
    const store = await on.store({ disk: 'fsync', replicas: 1 });
    const { redis } = await on.connect('store');
    const call = newCall();
    await store.acceptCalls([call]);
    const { attempt } = await claimed(store, undefined, { claimedBy: 'mine' });
    const claim = { attempt: attempt.value.id, claimedBy: 'mine' };
    const both = [store.confirmDurable(5_000, { call: call.id, version: 1 }), store.confirmDurable(5_000, claim)];
    expect(await Promise.all(both)).toEqual([true, true]);
    const killed = await sentinel.primary();
    await killed.kill();
    const promoted = await sentinel.whenPromoted(killed);
    await expect.poll(() => redis.info('server').catch(String), recovery).toContain(`tcp_port:${promoted.port}`);
    await expect.poll(() => read(store, call).then((found) => found.value.id, String), recovery).toBe(call.id);
    expect(await store.readAttempt(attempt.value.id)).toEqual(attempt);
  });

  it('when Redis has lost an acknowledged write, as after the promotion of a replica without it, then that write is not confirmed', async () => {
    const store = await on.store({ disk: 'none', replicas: 1 });
    const { redis } = await on.connect('store');
    expect(await store.confirmDurable(5_000)).toBe(true);
    const call = newCall();
    await store.acceptCalls([call]);
    await redis.flushall();
    expect(await store.confirmDurable(5_000, { call: call.id, version: 1 })).toBe(false);
  });
});
