import { type Redis, whyRedisIsDown } from '@redial/platform';

/** Resolves if Redis accepts a write, to a key without a meaning. Else rejects with a sentence for people. */
export async function checkWritable(redis: Redis, key: string): Promise<void> {
  await explained(redis, () => redis.set(key, 1));
}

/** Resolves if Redis answers. Else rejects with a sentence for people. */
export async function checkAnswering(redis: Redis): Promise<void> {
  await explained(redis, () => redis.ping());
}

async function explained(redis: Redis, command: () => Promise<unknown>): Promise<void> {
  // Known without a command: Redis accepts connections, and is loading or silent.
  if (redis.status === 'connect')
    throw new Error('Redis is connected but not ready: it reads its data back, or is silent');
  try {
    await command();
  } catch (error) {
    const code = error instanceof Error ? (/^[A-Z]+/.exec(error.message)?.[0] ?? '') : '';
    throw new Error(sentences.get(code) ?? unreachable(redis), { cause: error });
  }
}

/** The connection has the cause. The error of a command that was not sent, or not answered, does not have it. */
function unreachable(redis: Redis): string {
  const why = whyRedisIsDown(redis);
  return why === undefined ? 'Redis cannot be reached' : `Redis cannot be reached: ${why}`;
}

/** By the error code of Redis: its first word. */
const sentences: ReadonlyMap<string, string> = new Map([
  ['OOM', 'Redis is out of memory (maxmemory): it takes no writes'],
  ['READONLY', 'Redis is a replica: it takes no writes'],
  ['MISCONF', 'Redis cannot write to its disk: it takes no writes'],
  ['LOADING', 'Redis reads its data back: it takes no writes yet'],
  ['MASTERDOWN', 'Redis is a replica that has lost its primary'],
  ['NOREPLICAS', 'Redis has too few replicas (min-replicas-to-write): it takes no writes'],
  ['CLUSTERDOWN', 'the Redis Cluster is down'],
  ['NOAUTH', 'Redis wants a password'],
  ['NOPERM', "Redis does not allow its user to write the store's keys"],
]);
