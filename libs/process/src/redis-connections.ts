import type { Settings } from '@redial/configuration';
import {
  closeRedis,
  connectRedis,
  keepTrying,
  type Logger,
  type Metrics,
  type Redis,
  type RedisRole,
  redisReady,
} from '@redial/platform';

/** The connections of one process to Redis. In log and metrics the store's connection represents all of them. */
interface RedisConnections {
  readonly of: (role: RedisRole) => Redis;
  close(): Promise<void>;
}

interface RedisConnectionsPorts {
  readonly settings: Pick<Settings, 'redisUrl' | 'keyPrefix'>;
  readonly logger: Logger;
  readonly metrics: Pick<Metrics, 'redisLink'>;
}

const roles: readonly RedisRole[] = ['store', 'queue'];

/** Connects `store` and `queue` at once. Other roles connect when they are first used. */
export function openRedis({ settings, logger, metrics }: RedisConnectionsPorts): RedisConnections {
  const open = new Map<RedisRole, Redis>();
  const connect = (role: RedisRole): Redis =>
    connectRedis({
      url: settings.redisUrl,
      role,
      slotOf: settings.keyPrefix,
      ...(role === 'store' && {
        onChange: (change) => {
          metrics.redisLink(change.up);
          if (change.up) logger.info('Redis is up');
          else logger.error({ error: change.error }, 'Redis is down');
        },
      }),
    });
  const of = (role: RedisRole): Redis => {
    const connection = open.get(role) ?? connect(role);
    open.set(role, connection);
    return connection;
  };
  for (const role of roles) of(role);
  return {
    of,
    close: async () => {
      await Promise.all([...open.values()].map(closeRedis));
    },
  };
}

/**
 * How long a process that starts without Redis waits for it: a connection takes milliseconds, and no client should be
 * refused for that.
 */
const optionalWithinMs = 3_000;
const requiredWithinMs = 10_000;

/**
 * `required`: waits until Redis is there. A PBX may reply before a Redis that reads its file back, and the first
 * reading of open attempts would fail. `optional`: waits for some seconds, since Redis may take minutes. Meanwhile
 * clients get a 503 that states why.
 */
export async function awaitRedis(
  connections: RedisConnections,
  need: 'required' | 'optional',
  logger: Logger,
): Promise<void> {
  const ready = (ms: number) => Promise.all(roles.map((role) => redisReady(connections.of(role), ms)));
  if (need === 'required') {
    await keepTrying(() => ready(requiredWithinMs), {
      onError: (error) => logger.error({ error }, 'waiting for Redis'),
    });
    return;
  }
  await ready(optionalWithinMs).catch((error: unknown) => {
    logger.error(
      { error },
      'starting without Redis, which REDIAL_REDIS_URL names: until it is there no call is accepted',
    );
  });
}
