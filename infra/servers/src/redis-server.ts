import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { type Exit, endChild, startChild } from './child.ts';
import { debianPackages, type Progress } from './debian-packages.ts';
import { dockerAnswers } from './docker.ts';
import { freePort } from './free-ports.ts';
import { redisFromDocker } from './redis-docker.ts';
import type { RedisLauncher, RedisSource } from './redis-launcher.ts';
import { redisVersion, waitForRedis } from './redis-ping.ts';

export interface RedisOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Kept after stop(). A second start with the same folder finds the data again. */
  readonly dataDir: string;
  /** Default true: acknowledged writes survive a crash. */
  readonly appendonly?: boolean;
  /** Default `always`: no acknowledged write is lost even in a power cut. `everysec` may lose one second. */
  readonly appendfsync?: 'always' | 'everysec';
  /** Default `noeviction`: Redis must refuse writes rather than drop calls. */
  readonly maxmemoryPolicy?: string;
  readonly extraArgs?: readonly string[];
  /** Letters, digits, - and _. Absent: every client that reaches the port is accepted. */
  readonly password?: string;
  /** Default true. False: Docker is not used. */
  readonly useDocker?: boolean;
  /** Replaces the search: Redis comes from this launcher. */
  readonly launcher?: RedisLauncher;
  readonly onProgress?: Progress;
}

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly source: RedisSource;
  readonly version: string;
  /** Of the present process: a new one after restart(). */
  readonly pid: number;
  /** Of the present process. */
  readonly exited: Promise<Exit>;
  /** Saves and ends. */
  stop(): Promise<void>;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** Starts it again, same port and data. Ends it first if it runs. */
  restart(): Promise<void>;
  /** Alive but silent: sockets stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Starts a Redis on 127.0.0.1: the machine's own, else Docker's, else Debian's unpacked into the cache. */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  const dataDir = resolve(options.dataDir);
  mkdirSync(dataDir, { recursive: true });
  const port = await freePort('tcp', options.port);
  const args = redisArguments(options);
  const launcher = options.launcher ?? (await findRedis(options));
  const { password } = options;
  const file = password === undefined ? undefined : 'password.conf';
  const start = async () => {
    if (file !== undefined) {
      rmSync(join(dataDir, file), { force: true });
      writeFileSync(join(dataDir, file), `requirepass ${password}\n`, { mode: 0o600 });
    }
    const child = await launcher.start({ port, dataDir, args, file });
    try {
      await waitForRedis(port, child.exited, password);
    } catch (error) {
      await child.kill();
      throw new Error(`${(error as Error).message} ${lastLine(join(dataDir, 'redis.log'))}`);
    }
    return child;
  };
  let child = await start();
  const stop = () => endChild(child, () => child.signal('SIGTERM'), 10_000);
  return {
    url: `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${port}`,
    port,
    source: launcher.source,
    version: await redisVersion(port, password),
    get pid() {
      return child.pid;
    },
    get exited() {
      return child.exited;
    },
    stop,
    kill: () => child.kill(),
    restart: async () => {
      await stop();
      child = await start();
    },
    pause: () => child.signal('SIGSTOP'),
    resume: () => child.signal('SIGCONT'),
  };
}

/** The first source that has Redis. A Docker without the image that cannot fetch it is skipped, with a message. */
export async function findRedis({
  useDocker = true,
  onProgress = () => {},
}: Pick<RedisOptions, 'useDocker' | 'onProgress'>): Promise<RedisLauncher> {
  const own = onPath('redis-server');
  if (own !== undefined) return asProcess('path', { file: own, args: [] });
  if (useDocker && (await dockerAnswers())) {
    try {
      return await redisFromDocker(onProgress);
    } catch (error) {
      onProgress(`${(error as Error).message}; taking Debian's package instead`);
    }
  }
  return asProcess('debian', (await debianPackages('redis', onProgress)).command('usr/bin/redis-server'));
}

/** The settings behind Redial's promises, the same for every source of Redis. */
export function redisArguments(
  options: Pick<RedisOptions, 'appendonly' | 'appendfsync' | 'maxmemoryPolicy' | 'extraArgs'>,
): string[] {
  return [
    ...['--appendonly', options.appendonly === false ? 'no' : 'yes'],
    ...['--appendfsync', options.appendfsync ?? 'always'],
    ...['--maxmemory-policy', options.maxmemoryPolicy ?? 'noeviction'],
    ...(options.extraArgs ?? []),
  ];
}

function asProcess(source: RedisSource, command: { file: string; args: readonly string[] }): RedisLauncher {
  return {
    source,
    start: ({ port, dataDir, args, file }) =>
      startChild(
        {
          file: command.file,
          args: [
            ...command.args,
            ...(file === undefined ? [] : [join(dataDir, file)]),
            ...args,
            ...onLoopback(port, dataDir),
          ],
        },
        { outputFile: join(dataDir, 'redis.log') },
      ),
  };
}

/** For a Redis on this machine's own network. It must be last: extraArgs must not be able to move Redis elsewhere. */
export function onLoopback(port: number, dataDir: string): string[] {
  return ['--port', String(port), '--bind', '127.0.0.1', '--daemonize', 'no', '--dir', dataDir];
}

function lastLine(file: string): string {
  return existsSync(file) ? (readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') : '';
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}
