import type { Redis } from '@redial/platform';
import type { Durability } from './durability-store.ts';

/**
 * Redis' own limit for a replica that keeps up (min-replicas-max-lag). A stopped replica stays connected for a minute.
 */
const lagSecondsMax = 10;

/** Reads the set-up of Redis and its replicas. Rejects if Redis does not answer. */
export async function readDurability(redis: Redis): Promise<Durability> {
  const [info, config] = await Promise.all([redis.info(), readConfig(redis)]);
  const infoField = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  return {
    appendonly: infoField('aof_enabled') === '1',
    appendfsync: oneOf(['always', 'everysec', 'no'], config.get('appendfsync')),
    noAppendfsyncOnRewrite: oneOf(['yes', 'no'], config.get('no-appendfsync-on-rewrite')),
    maxmemoryPolicy: infoField('maxmemory_policy') ?? config.get('maxmemory-policy') ?? 'unknown',
    // Valkey reports a compatible Redis version and its own. Which commands exist depends on its own.
    redisVersion: infoField('valkey_version') ?? infoField('redis_version') ?? 'unknown',
    replicas: replicasIn(info),
  };
}

/** `slave0:ip=…,port=…,state=online,offset=…,lag=1` */
function replicasIn(info: string): number {
  const lags = [...info.matchAll(/^slave\d+:.*\bstate=online\b.*\blag=(-?\d+)/gm)].map(([, lag]) => Number(lag));
  return lags.filter((lag) => lag >= 0 && lag <= lagSecondsMax).length;
}

function oneOf<T extends string>(known: readonly T[], value: string | undefined): T | 'unknown' {
  return known.find((each) => each === value) ?? 'unknown';
}

/** Hosted Redis often refuses CONFIG: then these values are unknown. */
async function readConfig(redis: Redis): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of ['appendfsync', 'no-appendfsync-on-rewrite', 'maxmemory-policy']) {
    try {
      const answer = (await redis.config('GET', name)) as string[];
      if (answer[1] !== undefined) found.set(name, answer[1]);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ReplyError')) throw error;
    }
  }
  return found;
}
