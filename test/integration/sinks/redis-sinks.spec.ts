import type { Cdr } from '@redial/call';
import { v1 } from '@redial/dialects';
import { closeRedis, connectRedis, type Redis, redisReady } from '@redial/platform';
import { createRedisListSink, createRedisStreamSink, markerKey, markerSeconds } from '@redial/sinks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { cdrOfTest } from './cdr-of-test.ts';

let server: TestRedis;
let redis: Redis;
beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, role: 'store' });
  await redisReady(redis, 10_000);
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});

let runs = 0;
function deliveryOf(attempt: number) {
  return { id: `att_${attempt}.crm`, createdAt: 0 };
}
function freshKey(kind: string) {
  runs += 1;
  return `${kind}:${runs}`;
}

const toNotification = ({ id }: Cdr) => ({ id });

describe('a Redis list', () => {
  function setup(push: 'left' | 'right' = 'left', key = freshKey('list')) {
    const sink = createRedisListSink({ name: 'crm', redis, key, push, toNotification });
    return { sink, key, deliver: (n: number) => sink.deliver(cdrOfTest({ id: `att_${n}` }), deliveryOf(n)) };
  }

  it('delivers CDRs first in, first out to a consumer that pops from the other side', async () => {
    const left = setup('left');
    const right = setup('right');
    for (const n of [1, 2, 3]) {
      expect(await left.deliver(n)).toEqual({ type: 'delivered' });
      await right.deliver(n);
    }
    expect(await redis.rpop(left.key, 3)).toEqual(['att_1', 'att_2', 'att_3'].map((id) => JSON.stringify({ id })));
    expect(await redis.lpop(right.key, 3)).toEqual(['att_1', 'att_2', 'att_3'].map((id) => JSON.stringify({ id })));
  });

  it('is pushed once for each delivery, for any number of sequential and parallel tries', async () => {
    const { deliver, key } = setup();
    const results = await Promise.all(Array.from({ length: 50 }, () => deliver(1)));
    expect(new Set(results.map((r) => r.type))).toEqual(new Set(['delivered']));
    expect(await redis.llen(key)).toBe(1);
  });

  it('is not pushed again after the consumer has popped the entry', async () => {
    const { sink, deliver, key } = setup();
    await deliver(1);
    expect(await sink.length?.()).toBe(1);
    await redis.rpop(key);
    await deliver(1);
    expect(await redis.llen(key)).toBe(0);
    expect(await sink.length?.()).toBe(0);
  });

  it('forgets a delivery after a while', async () => {
    const { deliver, key } = setup();
    await deliver(1);
    const seconds = await redis.ttl(markerKey(key, deliveryOf(1).id));
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(markerSeconds);
  });

  it('is tried again, and sets no marker, if the key has another type', async () => {
    const { deliver, key } = setup();
    await redis.set(key, 'something else');
    expect(await deliver(1)).toEqual({ type: 'failed', error: 'Redis says WRONGTYPE', retry: { type: 'unlimited' } });
    await redis.del(key);
    expect(await deliver(1)).toEqual({ type: 'delivered' });
    expect(await redis.llen(key)).toBe(1);
  });
});

describe('a Redis stream', () => {
  function setup(maxLength = 100) {
    const key = freshKey('stream');
    const sink = createRedisStreamSink({ name: 'all', redis, key, maxLength, ...v1.notifications.redial });
    return { sink, key, deliver: (n: number) => sink.deliver(cdrOfTest({ id: `att_${n}` }), deliveryOf(n)) };
  }

  it('holds the delivery and the CDR', async () => {
    const { deliver, key } = setup();
    expect(await deliver(1)).toEqual({ type: 'delivered' });
    const [entry] = await redis.xrange(key, '-', '+');
    const [, fields] = entry as [string, string[]];
    expect(fields.slice(0, 5)).toEqual(['id', 'att_1.crm', 'type', 'cdr', 'data']);
    expect(JSON.parse(fields[5] as string)).toMatchObject({ id: 'att_1', disposition: 'busy', callerId: null });
  });

  it('gets one entry for each delivery', async () => {
    const { sink, deliver, key } = setup();
    await Promise.all([1, 1, 1, 2].map(deliver));
    expect(await redis.xlen(key)).toBe(2);
    expect(await sink.length?.()).toBe(2);
  });

  it('is trimmed to about its length', async () => {
    const { deliver, key } = setup(100);
    await Promise.all(Array.from({ length: 1_000 }, (_, n) => deliver(n)));
    expect(await redis.xlen(key)).toBeLessThan(300);
  });
});

describe('while Redis is down', () => {
  it('a delivery fails at once, and a delivery whose answer was lost is not made twice', async () => {
    const own = await startTestRedis();
    const link = connectRedis({ url: own.url, role: 'store' });
    await redisReady(link, 10_000);
    const sink = createRedisListSink({ name: 'crm', redis: link, key: 'cdrs', push: 'left', toNotification });
    const deliver = () => sink.deliver(cdrOfTest(), deliveryOf(1));
    try {
      await deliver();
      const down = new Promise((resolve) => link.once('close', resolve));
      await own.kill();
      await down;
      expect(await deliver()).toEqual({ type: 'failed', error: 'Redis did not answer', retry: { type: 'unlimited' } });

      await own.restart();
      await redisReady(link, 10_000);
      expect(await deliver()).toEqual({ type: 'delivered' });
      expect(await link.llen('cdrs')).toBe(1);
    } finally {
      await closeRedis(link);
      await own.stop();
    }
  });
});
