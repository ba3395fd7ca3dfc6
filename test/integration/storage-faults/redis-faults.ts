import type { Redis } from '@redial/platform';
import { expect, vi } from 'vitest';
import type { TestRedis, TestRedisOptions } from '../../support/redis.ts';

/** Something that keeps Redis from taking a write. */
export interface RedisFault {
  readonly name: string;
  /** Resolves once it holds. `admin` may be of no use until the fault has ended. */
  begin(redis: TestRedis, admin: Redis): Promise<void>;
  /** Resolves once Redis takes writes again. */
  end(redis: TestRedis, admin: Redis): Promise<void>;
  /** What the API's `/readyz` says of it. */
  readonly readyz: RegExp;
}

/** Makes every fault below possible, and changes nothing until one begins. */
export const redisOptions: TestRedisOptions = {
  appendfsync: 'always',
  extraArgs: [
    // A snapshot is written beside its place and renamed into it: onto a folder that fails.
    ...['--save', '', '--dbfilename', 'appendonlydir', '--enable-protected-configs', 'yes'],
    // Microseconds for each entry that is read back at a start.
    ...['--key-load-delay', '100'],
  ],
};

const waiting = { timeout: 20_000, interval: 20 };
/** Entries that take some seconds to be read back. */
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

/** A restart with much to read back: it is there, and says LOADING to everything. */
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
