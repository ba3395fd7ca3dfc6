import type { Redis } from '@redial/platform';
import type { Durability, Store } from './store.ts';
import type { StoreContext } from './store-context.ts';

/** How long an answer to "does Redis keep what it acknowledges" is believed. */
const believedMs = 30_000;
/** Between the beginnings of two rounds. */
const spacingMs = 100;
/** Rounds under way at once, each with its connection: enough for a sync that takes two seconds. */
const roundsMax = 20;
/** WAITAOF exists since 7.2. */
const waitAofSince: readonly [number, number] = [7, 2];

export interface DurabilityParts extends Pick<Store, 'durability' | 'confirmDurable'> {
  close(): Promise<void>;
}

/**
 * Whether acknowledged writes are on disk.
 *
 * WAITAOF waits for the writes of *its own* connection, and blocks that connection: on the store's own it would hold up every
 * command for up to a second. So it has connections of its own, which first write a mark: the AOF is sequential, so once the mark
 * is on disk, everything that was acknowledged before it is. Callers share: a round begins every 100 ms at most, however many calls
 * are accepted, and several are under way at once: one after the other, a caller who just missed one would wait for two syncs.
 */
export function durabilityOf({ redis, keys }: Pick<StoreContext, 'redis' | 'keys'>): DurabilityParts {
  let believed: { readonly at: number; readonly durability: Durability } | undefined;
  const open = new Set<Redis>();
  const idle: Redis[] = [];
  const running = new Set<Promise<boolean>>();
  let next: Promise<boolean> | undefined;
  let isClosed = false;
  let lastBeganAt = Number.NEGATIVE_INFINITY;

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

  /** The round that is yet to begin: those under way may have written their marks before the caller's writes. */
  function join(): Promise<boolean> {
    next ??= begin();
    return next;
  }

  async function begin(): Promise<boolean> {
    await pause(lastBeganAt + spacingMs - performance.now());
    while (running.size >= roundsMax) await Promise.race(running);
    // From here on a caller's writes may come after the mark.
    next = undefined;
    lastBeganAt = performance.now();
    const under = round();
    running.add(under);
    return under.finally(() => running.delete(under));
  }

  async function round(): Promise<boolean> {
    if (isClosed) return false;
    const connection = idle.pop() ?? waitingConnection(redis);
    open.add(connection);
    try {
      const answers = await connection.pipeline().set(keys.fsyncMark, 1).call('WAITAOF', '1', '0', '5000').exec();
      const [error, counts] = answers?.[1] ?? [new Error('not run'), undefined];
      return error === null && Array.isArray(counts) && Number(counts[0]) >= 1;
    } catch {
      // The link is down: nobody knows whether it is on disk.
      return false;
    } finally {
      idle.push(connection);
    }
  }

  async function close(): Promise<void> {
    isClosed = true;
    for (const connection of open) connection.disconnect();
    await Promise.all(running);
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

/** At least for a microtask, so that callers of the same moment share what follows. */
async function pause(ms: number): Promise<void> {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

async function within(ms: number, promise: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
