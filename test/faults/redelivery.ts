import type { Redis } from '@redial/platform';
import type { RedialProcess } from '../support/redial.ts';
import type { TcpProxy } from '../support/tcp-proxy.ts';
import { until } from '../support/until.ts';
import { type FaultWorld, keyPrefix } from './fault-world.ts';

/** A second dialer and a second results process, and their proxy to Redis, which is closed at first. */
export interface Extras {
  readonly processes: readonly RedialProcess[];
  readonly ways: readonly TcpProxy[];
}

export const noExtras: Extras = { processes: [], ways: [] };

const queues = ['dial', 'results'] as const;
const key = (queue: string, name: string) => `${keyPrefix}:${queue}:${name}`;

export const redelivery = {
  /**
   * They are loaded, and wait for Redis. A process takes seconds to start, and a claim does not stay valid for longer.
   */
  async prepare({ redial, closedWayToRedis }: FaultWorld): Promise<Extras> {
    const way = await closedWayToRedis();
    const redisUrl = `redis://127.0.0.1:${way.port}`;
    const processes = await Promise.all(
      (['dialer', 'results'] as const).map((kind) => redial.another(kind, { redisUrl })),
    );
    await until(() => processes.every(({ log }) => log().includes('"starting"')) && way.connections() > 0, {
      what: 'a second dialer and a second results process look for Redis',
    });
    return { processes, ways: [way] };
  },

  async connect({ processes, ways }: Extras): Promise<void> {
    for (const way of ways) way.heal();
    await until(() => processes.every(({ log }) => log().includes('"ready"')), {
      what: 'a second dialer and a second results process take jobs',
      everyMs: 10,
    });
  },

  /**
   * Delivers every job again: active jobs as BullMQ does after an expired lock, completed jobs as the dashboard does.
   * It runs the commands of BullMQ's own scripts (moveStalledJobsToWait, reprocessJob), to avoid the wait.
   */
  async deliverAgain(redis: Redis): Promise<void> {
    for (const queue of queues) {
      const active = await redis.lrange(key(queue, 'active'), '0', '-1');
      const completed = await redis.zrange(key(queue, 'completed'), '0', '-1');
      for (const job of [...active, ...completed]) {
        await redis
          .multi()
          .del(key(queue, `${job}:lock`))
          .lrem(key(queue, 'active'), 0, job)
          .zrem(key(queue, 'completed'), job)
          .hdel(key(queue, job), 'finishedOn', 'processedOn', 'returnvalue')
          .lpush(key(queue, 'wait'), job)
          .zadd(key(queue, 'marker'), 0, '0')
          .exec();
      }
    }
  },

  /** How many jobs without their lock BullMQ has found and given to a worker again. */
  async stalled(redis: Redis): Promise<number> {
    let found = 0;
    for (const queue of queues) {
      const jobs = (await redis.keys(key(queue, 'att_*'))).filter((name) => !name.endsWith(':lock'));
      for (const job of jobs) if (Number(await redis.hget(job, 'stc')) > 0) found++;
    }
    return found;
  },
};
