import { connectRedis, createLogger, type RedisChange, redisReady } from '@redial/platform';
import { createQueues, createWorkers, type Queues, type QueueWorker } from '@redial/queue';
import { createStore, type Store } from '@redial/store';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from '../api/running-api.ts';

let redis: TestRedis;
let api: RunningApi;
beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({ redisUrl: redis.url });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

const stores: Store[] = [];
const queues: Queues[] = [];
const workers: QueueWorker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.drain(0)));
  await Promise.all([...stores.splice(0), ...queues.splice(0)].map((each) => each.close()));
});

/** A connection as the dialer and the results process make it. */
function connect(url: string) {
  const changes: RedisChange[] = [];
  const connection = connectRedis({ url, role: 'store', onChange: (change) => changes.push(change) });
  const store = createStore({ redis: connection, prefix: '{t}' });
  stores.push(store);
  return { connection, changes, store };
}

/** Producers and a worker as the dialer and the results process make them, and the log of their errors. */
function work(url: string) {
  const log: string[] = [];
  const destination = { write: (line: string) => void log.push(line) };
  const logger = createLogger({ process: 'results', level: 'info', destination });
  const onError = (error: unknown) => logger.error({ error }, 'queue error');
  const connection = connectRedis({ url, role: 'worker' });
  queues.push(createQueues({ connection: connectRedis({ url, role: 'queue' }), onError }));
  workers.push(createWorkers({ connection, onError }).results(1, async () => undefined));
  return { log: () => log.join('') };
}

const linesOf = (log: string, message: string) => log.split('\n').filter((line) => line.includes(`"msg":"${message}"`));

describe('given a Redis that refuses our login', () => {
  it('when its password is another one, then a connection reports it once, and the health check states it, without the password', async () => {
    const url = redis.url.replace('//', '//app:hush-hush@');
    const { changes, store } = connect(url);
    const refusal = expect.stringContaining('WRONGPASS');
    await expect.poll(() => changes).toEqual([{ up: false, error: refusal }]);
    const health = () => store.ping().catch((error: Error) => error.message);
    // During a retry it is connected for a moment, and not logged in yet.
    await expect.poll(health).toEqual(expect.stringMatching(/^Redis cannot be reached: WRONGPASS/));
    expect(JSON.stringify(changes) + (await health())).not.toContain('hush');
  });

  it('when its password is another one, then the log of the queues states why at every try, without the password', async () => {
    const { log } = work(redis.url.replace('//', '//app:hush-hush@'));
    const refusals = () => linesOf(log(), 'queue error').filter((line) => line.includes('WRONGPASS'));
    // Those of the producers and of the worker, at the first try and at a later one.
    await expect.poll(() => refusals().length, { timeout: 10_000 }).toBeGreaterThan(4);
    expect(log()).not.toContain('hush');
  });

  it('when it begins to require a password, then /readyz and the log of a running process state it, each message once', async () => {
    const { connection } = connect(redis.url);
    await redisReady(connection, 10_000);
    await connection.config('SET', 'requirepass', 'another');
    // Every connection except this one.
    await connection.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    const said = async () => (await api.send('GET', '/readyz')).body.checks.redis;
    await expect.poll(said, { timeout: 10_000 }).toMatch(/^Redis (cannot be reached: .*NOAUTH|wants a password)/);
    await expect.poll(() => api.log()).toMatch(/NOAUTH.*"msg":"Redis is down"/);

    await connection.config('SET', 'requirepass', '');
    await expect.poll(said, { timeout: 10_000 }).toBe('ok');
    const reasons = linesOf(api.log(), 'Redis is down').map((line) => JSON.parse(line).error);
    expect(reasons).toEqual([...new Set(reasons)]);
  });
});
