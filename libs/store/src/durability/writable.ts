import { type Redis, whyRedisIsDown } from '@redial/platform';

/** Resolves if Redis takes a write, of a key that means nothing; else rejects with a sentence for people. */
export async function checkWritable(redis: Redis, key: string): Promise<void> {
  await asked(redis, () => redis.set(key, 1));
}

/** Resolves if Redis answers; else rejects with a sentence for people. */
export async function checkAnswering(redis: Redis): Promise<void> {
  await asked(redis, () => redis.ping());
}

async function asked(redis: Redis, ask: () => Promise<unknown>): Promise<void> {
  // Known without asking: connected, and told to come back later, or told nothing.
  if (redis.status === 'connect')
    throw new Error('Redis is connected but not ready: it reads its data back, or is silent');
  try {
    await ask();
  } catch (error) {
    const code = error instanceof Error ? (/^[A-Z]+/.exec(error.message)?.[0] ?? '') : '';
    throw new Error(sentences.get(code) ?? unreachable(redis), { cause: error });
  }
}

/** Why not, the connection knows: a command that was never sent, or has no answer, does not. */
function unreachable(redis: Redis): string {
  const why = whyRedisIsDown(redis);
  return why === undefined ? 'Redis cannot be reached' : `Redis cannot be reached: ${why}`;
}

/** By the first word of Redis' refusal. */
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
