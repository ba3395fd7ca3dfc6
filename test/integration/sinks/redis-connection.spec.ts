import { closeRedis, connectRedis, type Redis, type RedisChange, type RedisRole, redisReady } from '@redial/platform';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());

const open: Redis[] = [];
afterEach(() => Promise.all(open.splice(0).map(closeRedis)));

async function connected(role: RedisRole) {
  const changes: RedisChange[] = [];
  const redis = connectRedis({ url: server.url, role, onChange: (change) => changes.push(change) });
  open.push(redis);
  await redisReady(redis, 10_000);
  return { redis, changes };
}

describe('a connection', () => {
  it('reports once that it is down, once each reason, and once that it is up again', async () => {
    const { redis, changes } = await connected('store');
    const retries = vi.fn();
    redis.on('reconnecting', retries);
    await server.kill();
    await vi.waitFor(() => expect(retries.mock.calls.length).toBeGreaterThan(3), 10_000);
    await server.restart();
    await redisReady(redis, 10_000);
    const reasons = changes.flatMap((change) => (change.up ? [] : [change.error]));
    expect(reasons[1]).toContain('ECONNREFUSED');
    expect(new Set(reasons).size).toBe(reasons.length);
    expect(changes).toEqual([{ up: true }, ...reasons.map((error) => ({ up: false, error })), { up: true }]);
  });

  it('to a server that accepts it and does not answer reports that, and then that it is up', async () => {
    await server.pause();
    const changes: RedisChange[] = [];
    const redis = connectRedis({ url: server.url, role: 'store', onChange: (change) => changes.push(change) });
    open.push(redis);
    const down = { up: false, error: 'connected but not ready: it reads its data back, or is silent' };
    await expect.poll(() => changes, { timeout: 10_000 }).toEqual([down]);
    await server.resume();
    await redisReady(redis, 10_000);
    expect(changes).toEqual([down, { up: true }]);
  });

  it('does not report its own end', async () => {
    const { redis, changes } = await connected('store');
    const ended = new Promise((resolve) => redis.once('end', resolve));
    await closeRedis(redis);
    await ended;
    expect(changes).toEqual([{ up: true }]);
  });

  it('that cannot be made reports why, and shows no password', async () => {
    const unreachable = connectRedis({ url: 'redis://app:hush@127.0.0.1:1', role: 'store' });
    open.push(unreachable);
    const failure = await redisReady(unreachable, 2_000).catch((error: Error) => error.message);
    expect(failure).toMatch(/^Redis not ready within 2000 ms \(.*ECONNREFUSED.*\)$/);
    expect(failure).not.toContain('hush');
  });
});

describe.each(['store', 'queue'] as const)('a %s command', (role) => {
  it('fails at once while Redis is down', async () => {
    const { redis } = await connected(role);
    const down = new Promise((resolve) => redis.once('close', resolve));
    await server.kill();
    await down;
    await expect(redis.incr('counter')).rejects.toThrow("Stream isn't writeable");
    await server.restart();
  });

  it('that was in flight when the link broke is rejected and not sent again', async () => {
    const { redis } = await connected(role);
    await redis.set('counter', '0');
    await server.pause();
    const incremented = redis.incr('counter').then(
      () => 'answered',
      (error: Error) => error.name,
    );
    const down = new Promise((resolve) => redis.once('close', resolve));
    await server.kill();
    await down;
    await server.restart();
    await redisReady(redis, 10_000);
    expect(await incremented).toBe('MaxRetriesPerRequestError');
    expect(await redis.get('counter')).toBe('0');
  });
});

describe('a worker command', () => {
  it('waits for Redis to come back', async () => {
    const { redis } = await connected('worker');
    await redis.set('worker', 'here');
    const down = new Promise((resolve) => redis.once('close', resolve));
    await server.kill();
    await down;
    const read = redis.get('worker');
    await server.restart();
    expect(await read).toBe('here');
  });
});

describe('a subscriber', () => {
  it('is subscribed again after a reconnect', async () => {
    const { redis: subscriber } = await connected('subscriber');
    const heard = vi.fn();
    await subscriber.subscribe('news');
    subscriber.on('message', heard);
    await server.kill();
    await server.restart();
    const { redis: publisher } = await connected('store');
    await vi.waitFor(async () => expect(await publisher.publish('news', 'hello')).toBe(1), 10_000);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('news', 'hello'), 30_000);
  });
});
