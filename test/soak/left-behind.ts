import type { Redis } from 'ioredis';

/**
 * Everything that a soak must not leave in Redis once every call has ended: name → count. Zeros are included, to show
 * what was checked. A job that is kept as done or failed is history for the dashboard, and is not counted.
 */
export async function leftBehind(redis: Redis, prefix: string): Promise<Record<string, number>> {
  const names = await redis.keys(`${prefix}:*`);
  const matching = (pattern: RegExp) => names.filter((name) => pattern.test(name.slice(prefix.length)));
  const members = async (pattern: RegExp) => {
    const counts = await Promise.all(matching(pattern).map((name) => redis.zcard(name)));
    return counts.reduce((sum, count) => sum + count, 0);
  };
  const jobs = async (queue: string) => {
    const key = (list: string) => `${prefix}:${queue}:${list}`;
    const counts = await Promise.all([
      redis.llen(key('wait')),
      redis.llen(key('active')),
      ...['prioritized', 'delayed'].map((set) => redis.zcard(key(set))),
    ]);
    return counts.reduce((sum, count) => sum + count, 0);
  };
  return {
    'open attempts': await members(/^:open:/),
    'calls that are due': await members(/^:due$/),
    permits: await members(/^:permits:/),
    'journal slots': await members(/^:slots-in-use:/),
    grants: matching(/^:grant:/).length,
    'cancels requested': await members(/^:cancel-requested$/),
    'undelivered CDRs': await members(/^:undelivered$/),
    'dead letters': await members(/^:dead:/),
    'dial jobs': await jobs('dial'),
    'results jobs': await jobs('results'),
    'deliveries jobs': await jobs('deliveries'),
    'locks of jobs': matching(/^:(dial|results|deliveries):.*:lock$/).length,
  };
}

/**
 * Jobs whose run ended with an exception, mostly because Redis went away. They are kept for the dashboard; another run
 * did the work.
 */
export async function keptAsFailed(redis: Redis, prefix: string): Promise<number> {
  const counts = await Promise.all(
    ['dial', 'results', 'deliveries'].map((queue) => redis.zcard(`${prefix}:${queue}:failed`)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}
