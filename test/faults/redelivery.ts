import type { Redis } from '@redial/platform';
import { keyPrefix } from './fault-world.ts';

const queues = ['dial', 'results'] as const;

/**
 * Delivers every job of ours again: those that are active as BullMQ does with a job whose lock ran out, those that are done as the
 * dashboard does. In the words of BullMQ's own scripts (moveStalledJobsToWait, reprocessJob), since no time is waited for.
 */
export async function deliverAgain(redis: Redis): Promise<number> {
  let again = 0;
  for (const queue of queues) {
    const key = (name: string) => `${keyPrefix}:${queue}:${name}`;
    const [active, completed] = [
      await redis.lrange(key('active'), '0', '-1'),
      await redis.zrange(key('completed'), '0', '-1'),
    ];
    for (const job of [...active, ...completed]) {
      await redis
        .multi()
        .del(key(`${job}:lock`))
        .lrem(key('active'), 0, job)
        .zrem(key('completed'), job)
        .hdel(key(job), 'finishedOn', 'processedOn', 'returnvalue')
        .lpush(key('wait'), job)
        .zadd(key('marker'), 0, '0')
        .exec();
      again++;
    }
  }
  return again;
}
