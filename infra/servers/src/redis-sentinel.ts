import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, endChild } from './child.ts';
import { freePort } from './free-ports.ts';
import type { RedisLauncher } from './redis-launcher.ts';
import { askRedis, untilRedis, waitForRedis } from './redis-ping.ts';
import { findRedis, type LocalRedis, type RedisOptions, startRedis } from './redis-server.ts';

export type RedisSentinelOptions = Omit<RedisOptions, 'port'>;

export interface LocalRedisSentinel {
  /** `redis+sentinel://…`, with all Sentinels. */
  readonly url: string;
  /** `redis://…` of each Sentinel. */
  readonly sentinelUrls: readonly string[];
  /** The first was the primary at the start, the others its replicas. */
  readonly servers: readonly LocalRedis[];
  /** By the Sentinels' answer. */
  primary(): Promise<LocalRedis>;
  /** Resolves once the Sentinels name another primary than this one. */
  whenPromoted(insteadOf: LocalRedis): Promise<LocalRedis>;
  stop(): Promise<void>;
}

const size = 3;
const quorum = 2;
const watched = 'redial';

/**
 * A primary, two replicas and three Sentinels, on 127.0.0.1. A primary without a replica refuses writes: so at most one
 * of two servers that both act as primary accepts them. The Sentinels declare it down after a second of silence.
 */
export async function startRedisSentinel(options: RedisSentinelOptions): Promise<LocalRedisSentinel> {
  const launcher = options.launcher ?? (await findRedis({ ...options, useDocker: false }));
  const servers: LocalRedis[] = [];
  const sentinels: Sentinel[] = [];
  const stop = async () => {
    await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
    await Promise.all(servers.map((server) => server.stop()));
  };
  try {
    for (let n = 0; n < size; n++) servers.push(await startServer({ ...options, launcher }, n, servers[0]?.port));
    const first = servers[0]?.port ?? 0;
    for (const { port } of servers.slice(1)) {
      await untilRedis(port, 'INFO replication', (info) => info.includes('master_link_status:up'));
    }
    for (let n = 0; n < size; n++) {
      sentinels.push(await startSentinel(launcher, join(options.dataDir, `sentinel-${n}`), first));
    }
    const knowsAll = (info: string) =>
      info.includes(`status=ok,`) && info.includes(`slaves=${size - 1},sentinels=${size}`);
    for (const { port } of sentinels) await untilRedis(port, 'INFO sentinel', knowsAll);
  } catch (error) {
    await stop();
    throw error;
  }

  const primaryOf = (reply: string) => servers.find(({ port }) => reply.includes(`\r\n${port}\r\n`));
  const question = `SENTINEL GET-MASTER-ADDR-BY-NAME ${watched}`;
  const primary = async () => {
    const found = primaryOf(await askRedis(sentinels[0]?.port ?? 0, question));
    if (found === undefined) throw new Error('The Sentinels know no primary.');
    return found;
  };
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}?name=${watched}`,
    sentinelUrls: sentinels.map(({ port }) => `redis://127.0.0.1:${port}`),
    servers,
    primary,
    async whenPromoted(insteadOf) {
      const isAnother = (reply: string) => (primaryOf(reply) ?? insteadOf) !== insteadOf;
      for (const { port } of sentinels) await untilRedis(port, question, isAnother);
      return primary();
    },
    stop,
  };
}

function startServer(options: RedisSentinelOptions, n: number, primaryPort: number | undefined): Promise<LocalRedis> {
  const { dataDir, extraArgs = [] } = options;
  return startRedis({
    ...options,
    dataDir: join(dataDir, `server-${n}`),
    extraArgs: [
      ...['--min-replicas-to-write', '1', '--repl-diskless-sync-delay', '0'],
      ...(primaryPort === undefined ? [] : ['--replicaof', `127.0.0.1 ${primaryPort}`]),
      ...extraArgs,
    ],
  });
}

interface Sentinel {
  readonly port: number;
  stop(): Promise<void>;
}

async function startSentinel(launcher: RedisLauncher, dataDir: string, primaryPort: number): Promise<Sentinel> {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, 'sentinel.conf');
  // Sentinels keep their state in this file.
  writeFileSync(
    file,
    [
      `sentinel monitor ${watched} 127.0.0.1 ${primaryPort} ${quorum}`,
      `sentinel down-after-milliseconds ${watched} 1000`,
      `sentinel failover-timeout ${watched} 10000`,
      '',
    ].join('\n'),
  );
  const port = await freePort('tcp');
  const child: Child = await launcher.start({ port, dataDir, args: [file, '--sentinel'] });
  await waitForRedis(port, child.exited);
  return { port, stop: () => endChild(child, () => child.signal('SIGTERM'), 10_000) };
}
