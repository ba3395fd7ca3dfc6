import type { Redis } from '@redial/platform';
import { expect, vi } from 'vitest';
import type { TestRedis, TestRedisOptions } from '../../support/redis.ts';

/** A fault that keeps Redis from accepting a write. */
export interface RedisFault {
  readonly name: string;
  /** Resolves once the fault is effective. `admin` may not work until the fault has ended. */
  begin(redis: TestRedis, admin: Redis): Promise<void>;
  /** Resolves once Redis accepts writes again. */
  end(redis: TestRedis, admin: Redis): Promise<void>;
  /** The text of the API's `/readyz` for it. */
  readonly readyz: RegExp;
}

/** Prepares every fault below, and changes nothing until one begins. */
export const redisOptions: TestRedisOptions = {
  appendfsync: 'always',
  extraArgs: [
    // A snapshot is written to a temporary file and renamed to a folder's name, which fails.
    ...['--save', '', '--dbfilename', 'appendonlydir', '--enable-protected-configs', 'yes'],
    // Microseconds for each entry that is read at a start.
    ...['--key-load-delay', '100'],
  ],
};

const waiting = { timeout: 20_000, interval: 20 };
/** Entries that take some seconds to read. */
const ballast = 50_000;

async function fillWithBallast(admin: Redis): Promise<void> {
  const pipeline = admin.pipeline();
  for (let n = 0; n < ballast; n++) pipeline.set('{ballast}', n);
  await pipeline.exec();
}

export const redisFaults: readonly RedisFault[] = [
  {
    name: 'out of memory',
    begin: async (_redis, admin) => void (await admin.config('SET', 'maxmemory', '1')),
    end: async (_redis, admin) => void (await admin.config('SET', 'maxmemory', '0')),
    readyz: /out of memory/,
  },
  {
    name: 'read-only: it has become a replica',
    begin: async (_redis, admin) => void (await admin.replicaof('127.0.0.1', 1)),
    end: async (_redis, admin) => void (await admin.replicaof('NO', 'ONE')),
    readyz: /is a replica/,
  },
  {
    name: 'unable to write to its disk',
    begin: async (_redis, admin) => {
      await admin.config('SET', 'save', '3600 1');
      await admin.bgsave();
      await vi.waitFor(
        async () => expect(await admin.info('persistence')).toContain('rdb_last_bgsave_status:err'),
        waiting,
      );
    },
    end: async (_redis, admin) => void (await admin.config('SET', 'save', '')),
    readyz: /cannot write to its disk/,
  },
  {
    name: 'holding back all writes',
    begin: async (_redis, admin) => void (await admin.call('CLIENT', 'PAUSE', '60000', 'WRITE')),
    end: async (_redis, admin) => void (await admin.call('CLIENT', 'UNPAUSE')),
    readyz: /did not answer|cannot be reached|not ready/,
  },
  {
    name: 'silent, with its sockets open',
    begin: (redis) => redis.pause(),
    end: (redis) => redis.resume(),
    readyz: /did not answer|cannot be reached|not ready/,
  },
  {
    name: 'gone',
    begin: (redis) => redis.kill(),
    end: (redis) => redis.restart(),
    readyz: /cannot be reached/,
  },
  loading(),
];

/** A restart with much data: Redis is there, and answers LOADING to everything. */
function loading(): RedisFault {
  let restarted: Promise<void> = Promise.resolve();
  return {
    name: 'loading its data',
    begin: async (redis, admin) => {
      await fillWithBallast(admin);
      await redis.kill();
      restarted = redis.restart();
    },
    end: () => restarted,
    readyz: /not ready|reads its data back/,
  };
}
