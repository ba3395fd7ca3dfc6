import type { Redis } from '@redial/platform';
import type { Durability, Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

/** How long an answer to "does Redis keep what it acknowledges" is believed. */
const believedMs = 30_000;
/** WAITAOF exists since 7.2. */
const waitAofSince: readonly [number, number] = [7, 2];

export interface DurabilityParts extends Pick<Store, 'durability' | 'confirmDurable'> {
  close(): Promise<void>;
}

/**
 * Whether acknowledged writes are on disk.
 *
 * WAITAOF waits for the writes of *its own* connection, and blocks that connection: on the store's own it would hold up every
 * command for up to a second. So it has a connection of its own, which first writes a mark: the AOF is sequential, so once the mark
 * is on disk, everything that was acknowledged before it is. Callers share: whoever comes while a round is under way is served by
 * the next, so Redis sees one or two of these a second, however many calls are accepted.
 */
export function durabilityOf({ redis, keys }: Pick<StoreContext, 'redis' | 'keys'>): DurabilityParts {
  let believed: { readonly at: number; readonly durability: Durability } | undefined;
  let waiting: Redis | undefined;
  let running: Promise<boolean> | undefined;
  let next: Promise<boolean> | undefined;

  async function durability(): Promise<Durability> {
    const found = await askDurability(redis);
    believed = { at: performance.now(), durability: found };
    return found;
  }

  async function confirmDurable(timeoutMs: number): Promise<boolean> {
    const fresh = believed !== undefined && performance.now() - believed.at < believedMs;
    const { appendonly, appendfsync, redisVersion } = fresh && believed ? believed.durability : await durability();
    if (!appendonly || appendfsync === 'no') return false;
    // Redis answers a write only after its fsync.
    if (appendfsync === 'always') return true;
    if (!isAtLeast(redisVersion, waitAofSince)) return false;
    return within(timeoutMs, join());
  }

  /** The round that is yet to begin: the one under way may have written its mark before the caller's writes. */
  function join(): Promise<boolean> {
    if (running === undefined) {
      running = round();
      return running;
    }
    next ??= running.then(() => {
      next = undefined;
      running = round();
      return running;
    });
    return next;
  }

  async function round(): Promise<boolean> {
    try {
      waiting ??= waitingConnection(redis);
      const answers = await waiting.pipeline().set(keys.fsyncMark, 1).call('WAITAOF', '1', '0', '5000').exec();
      const [error, counts] = answers?.[1] ?? [new Error('not run'), undefined];
      return error === null && Array.isArray(counts) && Number(counts[0]) >= 1;
    } catch {
      // The link is down: nobody knows whether it is on disk.
      return false;
    } finally {
      if (next === undefined) running = undefined;
    }
  }

  async function close(): Promise<void> {
    waiting?.disconnect();
    await running;
  }

  return { durability, confirmDurable, close };
}

function waitingConnection(redis: Redis): Redis {
  const connection = redis.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: 1 });
  // The store's own connection tells of errors; this listener keeps ioredis from printing them.
  connection.on('error', () => undefined);
  return connection;
}

async function askDurability(redis: Redis): Promise<Durability> {
  const [info, config] = await Promise.all([redis.info(), readConfig(redis)]);
  const said = (name: string): string | undefined => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1];
  const appendfsync = config.get('appendfsync');
  return {
    appendonly: said('aof_enabled') === '1',
    appendfsync:
      appendfsync === 'always' || appendfsync === 'everysec' || appendfsync === 'no' ? appendfsync : 'unknown',
    maxmemoryPolicy: said('maxmemory_policy') ?? config.get('maxmemory-policy') ?? 'unknown',
    // Valkey reports the Redis version that it is compatible with, and its own: the commands follow its own.
    redisVersion: said('valkey_version') ?? said('redis_version') ?? 'unknown',
  };
}

/** Hosted Redis often forbids CONFIG: then nothing is known of appendfsync. */
async function readConfig(redis: Redis): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const name of ['appendfsync', 'maxmemory-policy']) {
    try {
      const answer = (await redis.config('GET', name)) as string[];
      if (answer[1] !== undefined) found.set(name, answer[1]);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ReplyError')) throw error;
    }
  }
  return found;
}

export function isAtLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}

async function within(ms: number, promise: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
