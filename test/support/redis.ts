import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dockerAnswers, freePort, type RedisOptions, startRedis, waitForRedis } from '@redial/local';
import { GenericContainer, getContainerRuntimeClient } from 'testcontainers';

export interface TestRedis {
  readonly url: string;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
  /** SIGKILL. The data on disk stay; restart() finds them. */
  kill(): Promise<void>;
  /** Same port, same data, whether it runs or was killed. */
  restart(): Promise<void>;
  /** Alive but silent: sockets stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

export type TestRedisOptions = Pick<RedisOptions, 'appendonly' | 'appendfsync' | 'maxmemoryPolicy' | 'extraArgs'>;

/** A Redis of the test's own, as durable as in production: a container where Docker answers, else a process on this machine. */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  return (await dockerAnswers()) ? inContainer(options) : asProcess(options);
}

async function asProcess(options: TestRedisOptions): Promise<TestRedis> {
  const dataDir = mkdtempSync(join(tmpdir(), 'redial-redis-'));
  const redis = await startRedis({ ...options, dataDir });
  return {
    url: redis.url,
    stop: async () => {
      await redis.kill(); // Nobody reads the data again: no need to save them.
      rmSync(dataDir, { recursive: true, force: true });
    },
    kill: () => redis.kill(),
    restart: () => redis.restart(),
    pause: () => redis.pause(),
    resume: () => redis.resume(),
  };
}

async function inContainer(options: TestRedisOptions): Promise<TestRedis> {
  const port = await freePort('tcp'); // Chosen here: a port that Docker chooses changes with every restart.
  const container = await new GenericContainer('redis:8')
    .withExposedPorts({ container: 6379, host: port })
    .withCommand([
      'redis-server',
      ...['--appendonly', options.appendonly === false ? 'no' : 'yes'],
      ...['--appendfsync', options.appendfsync ?? 'always'],
      ...['--maxmemory-policy', options.maxmemoryPolicy ?? 'noeviction'],
      ...(options.extraArgs ?? []),
    ])
    .start();
  const docker = (await getContainerRuntimeClient()).container.getById(container.getId());
  return {
    url: `redis://${container.getHost()}:${port}`,
    stop: async () => void (await container.stop()),
    kill: async () => void (await docker.kill()),
    restart: async () => {
      await docker.restart();
      await waitForRedis(port);
    },
    pause: async () => void (await docker.pause()),
    resume: async () => void (await docker.unpause()),
  };
}
