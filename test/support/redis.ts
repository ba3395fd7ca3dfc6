import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onLoopback, pullImage, type RedisLauncher, type RedisOptions, redisImage, startRedis } from '@redial/servers';
import { startContainer } from './containers.ts';
import { onTestServers, say } from './test-servers.ts';

export interface TestRedis {
  readonly url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL. The data on disk stay, and restart() finds them. */
  kill(): Promise<void>;
  /** Same port and same data, whether it runs or was killed. */
  restart(): Promise<void>;
  /** Alive but silent: sockets stay open, and nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export type TestRedisOptions = Pick<RedisOptions, 'appendonly' | 'appendfsync' | 'maxmemoryPolicy' | 'extraArgs'>;

/**
 * A Redis of this test only, as durable as in production: a container if Docker answers, else a process on this
 * machine.
 */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const dataDir = mkdtempSync(join(tmpdir(), 'redial-redis-'));
  const redis = await onTestServers('Redis', {
    docker: async () => {
      await pullImage(redisImage, say);
      return startRedis({ ...options, dataDir, launcher: inContainer });
    },
    local: () => startRedis({ ...options, dataDir, useDocker: false }),
  });
  return {
    url: redis.url,
    stop: async () => {
      await redis.kill(); // The data are not read again, so they need not be saved.
      rmSync(dataDir, { recursive: true, force: true });
    },
    kill: () => redis.kill(),
    restart: () => redis.restart(),
    pause: () => redis.pause(),
    resume: () => redis.resume(),
  };
}

/** A Redis that shares this machine’s network, like a process of it. */
export const inContainer: RedisLauncher = {
  source: 'docker',
  start: ({ port, dataDir, args }) =>
    startContainer({
      image: redisImage,
      program: 'redis-server',
      args: [...args, ...onLoopback(port, dataDir)],
      folders: [dataDir],
      outputFile: join(dataDir, 'redis.log'),
    }),
};
