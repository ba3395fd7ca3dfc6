import { connectRedis, type Redis, redisReady } from '@redial/platform';
import type { LocalRedis, LocalRedisCluster } from '@redial/servers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedisCluster } from '../../support/redis-setups.ts';
import { newCall, read } from '../store/store-on-redis.ts';
import { expectJobsToRun, handling, recovery, useRedisSetup } from './on-redis-setup.ts';

let cluster: LocalRedisCluster;
beforeAll(async () => {
  cluster = await startTestRedisCluster({ replicas: true });
});
afterAll(() => cluster.stop());

const on = useRedisSetup(() => cluster.url);

it('given a URL that lists a single node when that node, which holds the hash tag, is killed, then the others, which it told of, lead to its replica', async () => {
  const killed = await cluster.nodeOf(on.prefix);
  const replica = cluster.replicas[cluster.nodes.indexOf(killed)] as LocalRedis;
  const redis = connectRedis({ url: killed.url.replace('redis:', 'redis+cluster:'), role: 'store', slotOf: on.prefix });
  on.afterTest(async () => redis.disconnect());
  await redisReady(redis, 10_000);
  await redis.set(`${on.prefix}:mark`, 'replicated');
  expect(await redis.wait(1, 5_000)).toBe(1);

  await killed.kill();
  await expect.poll(() => redis.get(`${on.prefix}:mark`).catch(String), recovery).toBe('replicated');
  expect(await redis.info('server')).toContain(`tcp_port:${replica.port}`);

  // As it was, for the next one.
  await killed.restart();
  const back = connectRedis({ url: killed.url, role: 'worker' });
  on.afterTest(async () => back.disconnect());
  await expect.poll(() => back.info('replication'), recovery).toContain('master_link_status:up');
  await failOverTo(back);
});

it('given a Cluster with replicas when the primary that holds the hash tag is killed, then everything goes on with its replica', async () => {
  const killed = await cluster.nodeOf(on.prefix);
  const replica = cluster.replicas[cluster.nodes.indexOf(killed)] as LocalRedis;
  const store = await on.store();
  const { redis } = await on.connect('store');
  const { redis: worker } = await on.connect('worker');
  const handled = handling(await on.workers(), on);
  const queues = await on.queues();
  const call = newCall();
  await store.acceptCalls([call]);
  // Of this connection's writes: what replication has not yet is lost.
  await redis.set(`${on.prefix}:mark`, 'replicated');
  expect(await redis.wait(1, 5_000)).toBe(1);

  await killed.kill();
  expect(await worker.get(`${on.prefix}:mark`)).toBe('replicated');
  expect(await worker.info('server')).toContain(`tcp_port:${replica.port}`);
  await expect.poll(() => read(store, call).then((found) => found.value.id, String), recovery).toBe(call.id);
  await expect.poll(() => jobCounts(queues).then(() => 'up', String), recovery).toBe('up');
  await expectJobsToRun(queues, handled);

  // The old one comes back as a replica, and is made the primary again by hand: connections are told MOVED, and follow.
  await killed.restart();
  const back = connectRedis({ url: killed.url, role: 'worker' });
  on.afterTest(async () => back.disconnect());
  await expect.poll(() => back.info('replication'), recovery).toContain('master_link_status:up');
  await failOverTo(back);
  // The new primary is one before the old one has heard of it, which answers until then.
  const nodeThatAnswers = async () => {
    expect(await worker.get(`${on.prefix}:mark`)).toBe('replicated');
    return worker.info('server');
  };
  await expect.poll(nodeThatAnswers, recovery).toContain(`tcp_port:${killed.port}`);
  await expect.poll(() => read(store, call).then((found) => found.value.id, String), recovery).toBe(call.id);
  await expect.poll(() => jobCounts(queues).then(() => 'up', String), recovery).toBe('up');
  await expectJobsToRun(queues, handled);
});

/** Makes a replica the primary, by hand. */
async function failOverTo(node: Redis): Promise<void> {
  // A failover that its primary does not take part in within five seconds is given up, and has to be asked for again.
  const failedOver = async () => {
    await node.call('CLUSTER', 'FAILOVER').catch(() => undefined);
    return expect
      .poll(() => node.info('replication'), { timeout: 5_500 })
      .toContain('role:master')
      .then(
        () => true,
        () => false,
      );
  };
  await expect.poll(failedOver, { timeout: 40_000 }).toBe(true);
}
