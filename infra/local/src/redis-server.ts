import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { type Child, type Exit, endChild, startChild } from './child.ts';
import { debianPackages, type Progress } from './debian-packages.ts';
import { freePort } from './ports.ts';
import { dockerAnswers, redisInDocker } from './redis-docker.ts';
import { redisVersion, waitForRedis } from './redis-ping.ts';

export interface RedisOptions {
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Kept after stop(); a second start with the same folder finds the data again. */
  readonly dataDir: string;
  /** Default true: what Redis acknowledged survives a crash. */
  readonly appendonly?: boolean;
  /** Default `always`: nothing acknowledged is lost even in a power cut; `everysec` may lose one second. */
  readonly appendfsync?: 'always' | 'everysec';
  /** Default `noeviction`: Redis must refuse writes rather than forget calls. */
  readonly maxmemoryPolicy?: string;
  readonly extraArgs?: readonly string[];
  readonly onProgress?: Progress;
}

export type RedisSource = 'path' | 'docker' | 'debian';

export interface LocalRedis {
  readonly url: string;
  readonly port: number;
  readonly source: RedisSource;
  readonly version: string;
  /** Of the present process: another one after restart(). Undefined in Docker. */
  readonly pid: number | undefined;
  /** Of the present process. */
  readonly exited: Promise<Exit>;
  /** Saves and ends. */
  stop(): Promise<void>;
  /** SIGKILL: what a crash does. */
  kill(): Promise<void>;
  /** Starts it again, same port and data, after ending it if it still runs. */
  restart(): Promise<void>;
  /** Alive but silent: sockets stay open, nothing is answered. */
  pause(): Promise<void>;
  resume(): Promise<void>;
}

/** Starts a Redis on 127.0.0.1: the machine's own, else Docker's, else Debian's unpacked into the cache. */
export async function startRedis(options: RedisOptions): Promise<LocalRedis> {
  mkdirSync(options.dataDir, { recursive: true });
  const port = await freePort('tcp', options.port);
  const args = redisArguments(options);
  const own = onPath('redis-server');
  if (own !== undefined) return startProcess({ file: own, args: [] }, 'path', port, args, options);
  if (await dockerAnswers()) return redisInDocker({ port, dataDir: resolve(options.dataDir), args });
  const packages = await debianPackages('redis', options.onProgress);
  return startProcess(packages.command('usr/bin/redis-server'), 'debian', port, args, options);
}

/** The settings that carry Redial's promises, the same wherever Redis comes from. */
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

async function startProcess(
  command: { file: string; args: readonly string[] },
  source: RedisSource,
  port: number,
  args: readonly string[],
  options: RedisOptions,
): Promise<LocalRedis> {
  const outputFile = join(options.dataDir, 'redis.log');
  const start = async () => {
    // The empty first argument: no configuration file. --dir last wins over anything in extraArgs.
    const all = [
      ...command.args,
      ...args,
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--daemonize',
      'no',
      '--dir',
      resolve(options.dataDir),
    ];
    const child = await startChild({ file: command.file, args: all }, { outputFile });
    try {
      await waitForRedis(port, child.exited);
    } catch (error) {
      await child.kill();
      throw new Error(`${(error as Error).message} ${lastLine(outputFile)}`);
    }
    return child;
  };
  let child: Child = await start();
  const version = await redisVersion(port);
  const stop = () => endChild(child, () => child.signal('SIGTERM'), 10_000);
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    source,
    version,
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
    pause: async () => child.signal('SIGSTOP'),
    resume: async () => child.signal('SIGCONT'),
  };
}

function lastLine(file: string): string {
  return existsSync(file) ? (readFileSync(file, 'utf8').trimEnd().split('\n').at(-1) ?? '') : '';
}

function onPath(program: string): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find((file) => existsSync(file));
}
