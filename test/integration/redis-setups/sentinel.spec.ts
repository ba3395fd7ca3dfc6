import { closeRedis, connectRedis, type Redis, type RedisChange, redisReady, whyRedisIsDown } from '@redial/platform';
import type { LocalRedisSentinel } from '@redial/servers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedisSentinel } from '../../support/redis-setups.ts';
import { newCall, read } from '../store/store-on-redis.ts';
import {
  expectJobsToRun,
  expectOneTimeDown,
  handling,
  hearing,
  ids,
  recovery,
  useRedisSetup,
} from './on-redis-setup.ts';

let sentinel: LocalRedisSentinel;
beforeEach(async () => {
  sentinel = await startTestRedisSentinel();
});
afterEach(() => sentinel.stop());

const on = useRedisSetup(() => sentinel.url);

describe('given a primary with two replicas and three Sentinels', () => {
  it('when the primary is killed, then every connection continues with the promoted one, without a restart of Redial', async () => {
    const [store, listener] = [await on.store(), await on.store()];
    const { cancels } = await hearing(listener);
    const { redis, changes } = await on.connect('store');
    const { redis: worker } = await on.connect('worker');
    const handled = handling(await on.workers(), on);
    const queues = await on.queues();
    const call = newCall();
    await store.acceptCalls([call]);
    await expectJobsToRun(queues, handled);
    // On this connection: writes that are not replicated yet are lost.
    await redis.set(`${on.prefix}:mark`, 'replicated');
    expect(await redis.wait(2, 5_000)).toBe(2);

    const killed = await sentinel.primary();
    await killed.kill();
    const waiting = worker.get(`${on.prefix}:mark`);
    const promoted = await sentinel.whenPromoted(killed);
    expect(await waiting).toBe('replicated');

    await expect.poll(() => redis.get(`${on.prefix}:mark`).catch(String), recovery).toBe('replicated');
    expect(await redis.info('server')).toContain(`tcp_port:${promoted.port}`);
    await expect.poll(() => read(store, call).then((found) => found.value.id, String), recovery).toBe(call.id);
    const later = newCall();
    await expect.poll(() => store.acceptCalls([later]).then(() => 'accepted', String), recovery).toBe('accepted');
    await expect.poll(() => jobCounts(queues).then(() => 'up', String), recovery).toBe('up');
    await expectJobsToRun(queues, handled);
    await expect
      .poll(async () => {
        await store.announceCancel('main', ids.attemptId(ids.callId()));
        return cancels.length > 0;
      }, recovery)
      .toBe(true);
    expectOneTimeDown(changes);

    // It comes back as a replica, and no connection follows it.
    await killed.restart();
    await expect.poll(() => redis.info('replication'), recovery).toContain('connected_slaves:2');
    expect(await store.confirmDurable(5_000)).toBe(true);
  });

  it('when the primary falls silent, with open sockets, then connections still find the promoted one, subscribers too', async () => {
    const [store, listener] = [await on.store(), await on.store()];
    const { cancels } = await hearing(listener);
    const silent = await sentinel.primary();
    await silent.pause();
    on.afterTest(() => silent.resume());
    await sentinel.whenPromoted(silent);
    const heard = async () => {
      await store.announceCancel('main', ids.attemptId(ids.callId())).catch(() => undefined);
      return cancels.length > 0;
    };
    await expect.poll(heard, { ...recovery, timeout: 60_000 }).toBe(true);
  }, 90_000);

  it('when the URL holds logins and a database, then Sentinels and servers accept them', async () => {
    for (const { url } of sentinel.servers)
      await as(url, ['ACL', 'SETUSER', 'app', 'on', '>hush', '~*', '&*', '+@all']);
    for (const url of sentinel.sentinelUrls) await as(url, ['ACL', 'SETUSER', 'watch', 'on', '>hush2', '+@all']);
    const [, servers = '', name = ''] = /\/\/(.*)\?(.*)/.exec(sentinel.url) ?? [];
    const url = `redis+sentinel://app:hush@${servers}/2?${name}&sentinelUsername=watch&sentinelPassword=hush2`;
    const redis = connectRedis({ url, role: 'store' });
    on.afterTest(() => closeRedis(redis));
    await redisReady(redis, 10_000);
    expect(await redis.client('INFO')).toMatch(/ db=2 .* user=app /);
    const stranger = connectRedis({ url: url.replace('hush2', 'wrong-one'), role: 'store' });
    on.afterTest(() => closeRedis(stranger));
    const refusal = await redisReady(stranger, 2_000).catch(String);
    expect(refusal).toContain('WRONGPASS');
    expect(refusal).not.toContain('wrong-one');
  });

  it('when the only Sentinel of the URL ends after the start, and the primary is killed, then the others, which it announced, lead to the promoted one', async () => {
    const listed = sentinel.sentinelUrls.at(-1) ?? '';
    const url = sentinel.url.replace(/\/\/[^?/]*/, listed.slice('redis:'.length));
    const redis = connectRedis({ url, role: 'store' });
    on.afterTest(() => closeRedis(redis));
    await redisReady(redis, 10_000);
    await redis.set(`${on.prefix}:mark`, 'replicated');
    expect(await redis.wait(2, 5_000)).toBe(2);
    const killed = await sentinel.primary();
    // Duplicated from a connection that has learned the others.
    const late = redis.duplicate({ lazyConnect: true });
    on.afterTest(async () => late.disconnect());

    await end(listed);
    await killed.kill();
    const mark = () => redis.get(`${on.prefix}:mark`).catch(String);
    await expect.poll(mark, { ...recovery, timeout: 60_000 }).toBe('replicated');
    await late.connect();
    expect(await late.get(`${on.prefix}:mark`)).toBe('replicated');
  }, 90_000);

  it('when the URL names a primary that the Sentinels do not watch, then a connection reports that once', async () => {
    const changes: RedisChange[] = [];
    const url = sentinel.url.replace('name=redial', 'name=nobody');
    const redis = connectRedis({ url, role: 'store', onChange: (change) => changes.push(change) });
    on.afterTest(() => closeRedis(redis));
    await retries(redis, 10);
    const reason = expect.stringMatching(/^the Sentinel 127\.0\.0\.1:\d+ knows no nobody$/);
    expect(changes).toEqual([1, 2, 3].map(() => ({ up: false, error: reason })));
    expect(whyRedisIsDown(redis)).toEqual(reason);
  });

  it('when no replica follows the primary, then it refuses writes, and nothing is accepted', async () => {
    const store = await on.store();
    const primary = await sentinel.primary();
    for (const server of sentinel.servers) if (server !== primary) await server.kill();
    await expect
      .poll(() => store.acceptCalls([newCall()]).then(() => 'accepted', String), recovery)
      .toMatch('NOREPLICAS');
  });
});

function retries(redis: Redis, count: number): Promise<void> {
  let left = count;
  return new Promise((resolve) => redis.on('reconnecting', () => --left === 0 && resolve()));
}

/** Ends a Sentinel: only it has this command. It ends without an answer. */
async function end(url: string): Promise<void> {
  const redis = connectRedis({ url, role: 'store' });
  await redisReady(redis, 10_000);
  await redis.call('SHUTDOWN', 'NOSAVE').catch(() => undefined);
  redis.disconnect();
}

async function as(url: string, [command = '', ...words]: readonly string[]): Promise<void> {
  const redis = connectRedis({ url, role: 'worker' });
  await redis.call(command, ...words);
  await closeRedis(redis);
}
