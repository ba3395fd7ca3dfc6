import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type LocalRedisCluster,
  type LocalRedisSentinel,
  pullImage,
  type RedisClusterOptions,
  type RedisLauncher,
  redisImage,
  startRedisCluster,
  startRedisSentinel,
} from '@redial/servers';
import { inContainer, type TestRedisOptions } from './redis.ts';
import { onTestServers, say } from './test-servers.ts';

type Setup = LocalRedisCluster | LocalRedisSentinel;

/**
 * A Redis Cluster of this test only: three primaries, each with a replica if requested. Its data are deleted when it
 * stops.
 */
export function startTestRedisCluster(
  options: TestRedisOptions & Pick<RedisClusterOptions, 'replicas'> = {},
): Promise<LocalRedisCluster> {
  return startSetup('Redis Cluster', (place) => startRedisCluster({ ...options, ...place }));
}

/** A primary, two replicas and three Sentinels of this test only. Their data are deleted when they stop. */
export function startTestRedisSentinel(options: TestRedisOptions = {}): Promise<LocalRedisSentinel> {
  return startSetup('Redis Sentinel', (place) => startRedisSentinel({ ...options, ...place }));
}

async function startSetup<T extends Setup>(
  what: string,
  start: (place: { readonly dataDir: string; readonly launcher?: RedisLauncher }) => Promise<T>,
): Promise<T> {
  const dataDir = mkdtempSync(join(tmpdir(), 'redial-redis-'));
  const setup = await onTestServers(what, {
    docker: async () => {
      await pullImage(redisImage, say);
      return start({ dataDir, launcher: inContainer });
    },
    local: () => start({ dataDir }),
  });
  return {
    ...setup,
    stop: async () => {
      await setup.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
