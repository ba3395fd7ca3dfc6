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

it('given a URL that lists a single node when that node, which holds the hash tag, is killed, then the others, which it announced, lead to its replica', async () => {
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

  // Restores the state for the next test.
  await killed.restart();
  const back = connectRedis({ url: killed.url, role: 'worker' });
  on.afterTest(async () => back.disconnect());
  await expect.poll(() => back.info('replication'), recovery).toContain('master_link_status:up');
  await failOverTo(back);
});

it('given a Cluster with replicas when the primary that holds the hash tag is killed, then all work continues with its replica', async () => {
  const killed = await cluster.nodeOf(on.prefix);
  const replica = cluster.replicas[cluster.nodes.indexOf(killed)] as LocalRedis;
  const store = await on.store();
  const { redis } = await on.connect('store');
  const { redis: worker } = await on.connect('worker');
  const handled = handling(await on.workers(), on);
  const queues = await on.queues();
  const call = newCall();
  await store.acceptCalls([call]);
  // On this connection: writes that are not replicated yet are lost.
  await redis.set(`${on.prefix}:mark`, 'replicated');
  expect(await redis.wait(1, 5_000)).toBe(1);

  await killed.kill();
  expect(await worker.get(`${on.prefix}:mark`)).toBe('replicated');
  expect(await worker.info('server')).toContain(`tcp_port:${replica.port}`);
  await expect.poll(() => read(store, call).then((found) => found.value.id, String), recovery).toBe(call.id);
  await expect.poll(() => jobCounts(queues).then(() => 'up', String), recovery).toBe('up');
  await expectJobsToRun(queues, handled);

  // The old node comes back as a replica, and a command makes it the primary again. Connections get MOVED, and follow.
  await killed.restart();
  const back = connectRedis({ url: killed.url, role: 'worker' });
  on.afterTest(async () => back.disconnect());
  await expect.poll(() => back.info('replication'), recovery).toContain('master_link_status:up');
  await failOverTo(back);
  // The new primary is primary before the old one knows it. Until then the old one still answers.
  const nodeThatAnswers = async () => {
    expect(await worker.get(`${on.prefix}:mark`)).toBe('replicated');
    return worker.info('server');
  };
  await expect.poll(nodeThatAnswers, recovery).toContain(`tcp_port:${killed.port}`);
  await expect.poll(() => read(store, call).then((found) => found.value.id, String), recovery).toBe(call.id);
  await expect.poll(() => jobCounts(queues).then(() => 'up', String), recovery).toBe('up');
  await expectJobsToRun(queues, handled);
});

/** Makes a replica the primary, by command. */
async function failOverTo(node: Redis): Promise<void> {
  // A failover in which its primary does not take part within five seconds is given up. It must be requested again.
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
