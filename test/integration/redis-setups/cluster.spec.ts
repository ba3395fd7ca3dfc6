import { setTimeout as passed } from 'node:timers/promises';
import type { Cdr } from '@redial/call';
import { closeRedis, connectRedis, connectRedisOfAnyKey, type Redis, redisReady } from '@redial/platform';
import type { LocalRedis, LocalRedisCluster } from '@redial/servers';
import { createRedisListSink, createRedisStreamSink } from '@redial/sinks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedisCluster } from '../../support/redis-setups.ts';
import { cdrOfTest } from '../sinks/cdr-of-test.ts';
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

let cluster: LocalRedisCluster;
beforeAll(async () => {
  cluster = await startTestRedisCluster();
});
afterAll(() => cluster.stop());

const on = useRedisSetup(() => cluster.url);

const portOf = async (redis: Redis): Promise<number> => Number(/tcp_port:(\d+)/.exec(await redis.info('server'))?.[1]);

function anotherNodeThan(node: LocalRedis): LocalRedis {
  const other = cluster.nodes.find((one) => one !== node);
  if (other === undefined) throw new Error('a Cluster of one');
  return other;
}

describe('given a Redis Cluster of three primaries', () => {
  it.each(['store', 'queue', 'worker', 'subscriber'] as const)(
    'a %s connection goes to the node that holds the hash tag',
    async (role) => {
      for (const node of cluster.nodes) {
        const tag = await tagOn(node);
        expect(await portOf((await on.connect(role, tag)).redis)).toBe(node.port);
      }
    },
  );

  it('when calls are accepted, then they are there, their own node confirms them, and hints and cancels are received', async () => {
    const [store, elsewhere] = [await on.store(), await on.store()];
    const { hints, cancels } = await hearing(elsewhere);
    const mine = await cluster.nodeOf(on.prefix);
    const { redis } = await on.connect('store');
    on.afterTest(() => redis.config('SET', 'appendfsync', 'always'));
    for (const appendfsync of ['everysec', 'always']) {
      await redis.config('SET', 'appendfsync', appendfsync);
      expect(await store.durability()).toMatchObject({ appendonly: true, appendfsync });
      const call = newCall();
      await store.acceptCalls([call]);
      expect(await store.confirmDurable(5_000)).toBe(true);
      expect((await read(store, call)).value.id).toBe(call.id);
    }
    expect(await portOf(redis)).toBe(mine.port);

    await redis.publish(`${on.prefix}:call-changed`, 'call_1');
    await store.announceCancel('main', ids.attemptId(ids.callId()));
    await expect.poll(() => [hints.length, cancels.length], recovery).toEqual([1, 1]);
  });

  it('when jobs are added, for now and for later, then workers take them', async () => {
    const handled = handling(await on.workers(), on);
    await expectJobsToRun(await on.queues(), handled);
  });

  it('when CDRs go to lists and streams on every node, then each is there once, for any number of deliveries', async () => {
    const redis = connectRedisOfAnyKey({ url: cluster.url });
    on.afterTest(async () => redis.disconnect());
    const delivery = { id: 'att_1.crm', createdAt: 0 };
    const toNotification = ({ id }: Cdr) => ({ id });
    for (const node of cluster.nodes) {
      const list = await tagOn(node);
      const stream = `${list}:stream`;
      const sinks = [
        createRedisListSink({ name: 'crm', redis, key: list, push: 'left', toNotification }),
        createRedisStreamSink({ name: 'crm', redis, key: stream, maxLength: 100, toNotification }),
      ];
      for (const sink of sinks) {
        // The first delivery may come before the connection is open. A failed delivery is tried again.
        await expect
          .poll(() => sink.deliver(cdrOfTest({ id: 'att_1' }), delivery), recovery)
          .toEqual({ type: 'delivered' });
        expect(await sink.deliver(cdrOfTest({ id: 'att_1' }), delivery)).toEqual({ type: 'delivered' });
      }
      const { redis: reader } = await on.connect('store', list);
      expect([await reader.llen(list), await reader.xlen(stream)]).toEqual([1, 1]);
    }
  });

  it('when a node without the hash tag is killed, then nothing changes', async () => {
    const other = anotherNodeThan(await cluster.nodeOf(on.prefix));
    const store = await on.store();
    const { redis, changes } = await on.connect('store');
    const handled = handling(await on.workers(), on);
    const queues = await on.queues();
    await other.kill();
    on.afterTest(() => other.restart());
    // The other nodes need some time to notice it, and then continue without it.
    await expect.poll(() => redis.call('CLUSTER', 'NODES'), recovery).toMatch(/ master,fail /);
    await store.acceptCalls([newCall()]);
    await expectJobsToRun(queues, handled);
    const { redis: late } = await on.connect('store');
    expect(await late.ping()).toBe('PONG');
    expect(changes).toEqual([{ up: true }]);
  });

  it('when the node with the hash tag is killed, then producers fail at once and workers wait, until it is back with all it held', async () => {
    const mine = await cluster.nodeOf(on.prefix);
    const [store, listener] = [await on.store(), await on.store()];
    const { cancels } = await hearing(listener);
    const { redis: worker } = await on.connect('worker');
    const { redis, changes } = await on.connect('store');
    const handled = handling(await on.workers(), on);
    const queues = await on.queues();
    const call = newCall();
    await store.acceptCalls([call]);

    const down = new Promise((resolve) => redis.once('close', resolve));
    await mine.kill();
    await down;
    await expect(redis.get('{x}')).rejects.toThrow("Stream isn't writeable");
    const waiting = worker.set(`${on.prefix}:worker`, 'waited');
    await expect(store.acceptCalls([newCall()])).rejects.toThrow();
    expect(await Promise.race([waiting, passed(100, 'still waiting')])).toBe('still waiting');

    await mine.restart();
    expect(await waiting).toBe('OK');
    await expect.poll(() => read(store, call).then((found) => found.value.id, String), recovery).toBe(call.id);
    await expect.poll(() => jobCounts(queues).then(() => 'up', String), recovery).toBe('up');
    await expectJobsToRun(queues, handled);
    await expect
      .poll(async () => {
        await store.announceCancel('main', ids.attemptId(ids.callId()));
        return cancels.length > 0;
      }, recovery)
      .toBe(true);
    expectOneTimeDown(changes);
  });

  it('when none of the servers can be reached, then a connection reports why, and shows no password', async () => {
    const redis = connectRedis({ url: 'redis+cluster://app:hush@127.0.0.1:1,127.0.0.1:2', role: 'worker' });
    on.afterTest(() => closeRedis(redis));
    const refusal = await redisReady(redis, 2_000).catch(String);
    expect(refusal).toMatch(/127\.0\.0\.1:[12]: .*ECONNREFUSED/);
    expect(refusal).not.toContain('hush');
  });

  it('when the URL holds a user and a password, then that user logs in, and another password is refused and reported', async () => {
    for (const node of cluster.nodes) {
      const { redis } = await on.connect('store', await tagOn(node));
      await redis.call('ACL', 'SETUSER', 'app', 'on', '>hush', '~*', '&*', '+@all');
    }
    const asUser = (password: string) => cluster.url.replace('://', `://app:${password}@`);
    const redis = connectRedis({ url: asUser('hush'), role: 'store', slotOf: on.prefix });
    on.afterTest(() => closeRedis(redis));
    await redisReady(redis, 10_000);
    expect(await redis.call('ACL', 'WHOAMI')).toBe('app');
    const stranger = connectRedis({ url: asUser('wrong-one'), role: 'store', slotOf: on.prefix });
    on.afterTest(() => closeRedis(stranger));
    const refusal = await redisReady(stranger, 2_000).catch(String);
    expect(refusal).toMatch(/127\.0\.0\.1:\d+: .*(WRONGPASS|NOAUTH)/);
    expect(refusal).not.toContain('wrong-one');
  });

  it('when the hash tag moves to another node, then connections follow it', async () => {
    const from = await cluster.nodeOf(on.prefix);
    const to = anotherNodeThan(from);
    const { redis } = await on.connect('store');
    const { redis: worker } = await on.connect('worker');
    await redis.set(`${on.prefix}:key`, 'kept');
    await moveSlot(`${on.prefix}:key`, from, to);

    expect(await worker.get(`${on.prefix}:key`)).toBe('kept');
    expect(await portOf(worker)).toBe(to.port);
    // The first command is refused. Its caller decides about a retry.
    await expect(redis.get(`${on.prefix}:key`)).rejects.toThrow('MOVED');
    await expect.poll(() => redis.get(`${on.prefix}:key`).catch(String), recovery).toBe('kept');
  });

  /** A hash tag in a slot of this node. */
  async function tagOn(node: LocalRedis): Promise<string> {
    for (;;) {
      const tag = `{${ids.callId()}}`;
      if ((await cluster.nodeOf(tag)) === node) return tag;
    }
  }

  /** The same steps as redis-cli --cluster reshard. */
  async function moveSlot(key: string, from: LocalRedis, to: LocalRedis): Promise<void> {
    const [{ redis: source }, { redis: target }] = [
      await on.connect('store', await tagOn(from)),
      await on.connect('store', await tagOn(to)),
    ];
    const [sourceId, targetId] = [await source.call('CLUSTER', 'MYID'), await target.call('CLUSTER', 'MYID')].map(
      String,
    );
    const slot = String(await source.call('CLUSTER', 'KEYSLOT', key));
    await target.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId ?? '');
    await source.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId ?? '');
    await source.migrate('127.0.0.1', to.port, key, 0, 5_000);
    await target.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId ?? '');
    await source.call('CLUSTER', 'SETSLOT', slot, 'NODE', targetId ?? '');
  }
});
