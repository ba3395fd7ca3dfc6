import { Redis, type RedisOptions } from 'ioredis';

export type { Redis } from 'ioredis';

/**
 * What a connection is for.
 *
 * `store` and `queue` (producers): a command fails at once while Redis is down, and one that was under way when the link broke is
 * rejected and **never sent again**: it may have been executed, and only its caller knows how to find out. Nothing is held in memory.
 * `worker`: BullMQ's own; commands wait for Redis to come back, as BullMQ demands.
 * `subscriber`: subscriptions are made again after every reconnect; what was published in between is gone.
 */
export type RedisRole = 'store' | 'queue' | 'worker' | 'subscriber';

/** The link came up, or it went down and why. Said once per change, not once per retry. */
export type RedisChange = { readonly up: true } | { readonly up: false; readonly error: string };

export interface RedisConnectionOptions {
  readonly url: string;
  readonly role: RedisRole;
  readonly onChange?: (change: RedisChange) => void;
}

/** Silence on a connection that owes us an answer for longer than this is a dead link (a stopped server, a half-open socket). */
const silenceMs: Readonly<Record<RedisRole, number>> = {
  store: 10_000,
  queue: 10_000,
  // BullMQ blocks for up to 10 s at a time.
  worker: 30_000,
  subscriber: 10_000,
};

/** ioredis types its constructor's `replyMapping` apart from its options; ours is the default. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const failAtOnce: Options = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
};

const optionsOf: Readonly<Record<RedisRole, Options>> = {
  store: failAtOnce,
  queue: failAtOnce,
  worker: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
};

/** Starts to connect, and reconnects for ever. See `redisReady` for waiting until commands can be sent. */
export function connectRedis({ url, role, onChange }: RedisConnectionOptions): Redis {
  const options: Options = {
    ...optionsOf[role],
    connectionName: `redial-${role}`,
    connectTimeout: 5_000,
    keepAlive: 10_000,
    socketTimeout: silenceMs[role],
    retryStrategy: (failures) => reconnectDelayMs(failures),
    // After a failover this connection may still reach the old primary: look for the new one, and let the caller decide about the command.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  };
  const redis = new Redis(url, options);
  reportChanges(redis, onChange);
  return redis;
}

/** 50 ms, doubled with every failure, 2 s at most, less up to a quarter so that processes do not come back in step. */
export function reconnectDelayMs(failures: number, random: () => number = Math.random): number {
  const cap = Math.min(50 * 2 ** Math.min(failures - 1, 10), 2_000);
  return Math.round(cap * (1 - random() / 4));
}

/** Resolves when commands can be sent; rejects, naming the last error met, once `withinMs` have passed. */
export async function redisReady(redis: Redis, withinMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  let lastError = 'no answer';
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => {
      lastError = describeError(error);
    };
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      redis.off('ready', onReady).off('error', onError).off('end', onEnd);
      settle();
    };
    const onReady = (): void => finish(resolve);
    const onEnd = (): void => finish(() => reject(new Error(`Redis connection closed (${lastError})`)));
    const timer = setTimeout(
      () => finish(() => reject(new Error(`Redis not ready within ${withinMs} ms (${lastError})`))),
      withinMs,
    );
    redis.on('ready', onReady).on('error', onError).on('end', onEnd);
  });
}

/** Ends the connection: politely when it is up, at once when it is not. Never rejects. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => undefined);
  redis.disconnect();
}

function reportChanges(redis: Redis, onChange: (change: RedisChange) => void = () => undefined): void {
  let last: 'unknown' | 'up' | 'down' = 'unknown';
  let lastError = 'connection closed';
  redis.on('ready', () => {
    if (last !== 'up') onChange({ up: true });
    last = 'up';
    lastError = 'connection closed';
  });
  // A listener also keeps ioredis from printing every retry to the console.
  redis.on('error', (error: Error) => {
    lastError = describeError(error);
  });
  // Not emitted by a connection that we close ourselves.
  redis.on('reconnecting', () => {
    if (last !== 'down') onChange({ up: false, error: lastError });
    last = 'down';
  });
}

/** Node's AggregateError (one error per address tried) has no message of its own. */
function describeError(error: Error & { code?: string }): string {
  return error.message || error.code || error.name;
}
