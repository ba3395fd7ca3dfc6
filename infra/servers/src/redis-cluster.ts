import { join } from 'node:path';
import { freePort } from './free-ports.ts';
import { askRedis, untilRedis } from './redis-ping.ts';
import { type LocalRedis, type RedisOptions, startRedis } from './redis-server.ts';

export interface RedisClusterOptions extends Omit<RedisOptions, 'port'> {
  /** Default false. Adds a replica for each primary. It is promoted a few seconds after its primary's death. */
  readonly replicas?: boolean;
}

export interface LocalRedisCluster {
  /** `redis+cluster://…`, with all nodes. */
  readonly url: string;
  /** The primaries at the start. `replicas[0]` is the replica of the first, and so on. */
  readonly nodes: readonly LocalRedis[];
  readonly replicas: readonly LocalRedis[];
  /** The node that holds a key, among the primaries at the start. */
  nodeOf(key: string): Promise<LocalRedis>;
  stop(): Promise<void>;
}

/** The first slots of the three nodes, and the end of the slots. */
const shares = [0, 5461, 10_923, 16_384];
const size = shares.length - 1;

/**
 * Three primaries, on 127.0.0.1. A node that is down makes only its own slots unavailable: that is not Redis' default.
 * Needs Redis 7, and servers on this machine's own network: Docker's published ports do not work.
 */
export async function startRedisCluster(options: RedisClusterOptions): Promise<LocalRedisCluster> {
  const all: LocalRedis[] = [];
  const buses: number[] = [];
  const stop = async () => void (await Promise.all(all.map((node) => node.stop())));
  const wanted = options.replicas ? 2 * size : size;
  try {
    for (let n = 0; n < wanted; n++) {
      const bus = await freePort('tcp');
      buses.push(bus);
      all.push(await startNode(options, n, bus));
    }
    const ports = all.map(({ port }) => port);
    for (const [n, port] of ports.slice(0, size).entries()) {
      await mustBeOk(port, `CLUSTER ADDSLOTSRANGE ${shares[n]} ${(shares[n + 1] ?? 0) - 1}`);
      // Otherwise all have one age, and must first settle which one counts.
      await mustBeOk(port, `CLUSTER SET-CONFIG-EPOCH ${n + 1}`);
    }
    for (const [n, port] of ports.entries()) {
      if (n > 0) await mustBeOk(ports[0] ?? 0, `CLUSTER MEET 127.0.0.1 ${port} ${buses[n]}`);
    }
    for (const port of ports) await untilRedis(port, 'CLUSTER INFO', isWhole(wanted));
    for (const [n, port] of ports.slice(size).entries()) await makeReplica(port, ports[n] ?? 0);
  } catch (error) {
    await stop();
    throw error;
  }
  const nodes = all.slice(0, size);
  return {
    url: `redis+cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`,
    nodes,
    replicas: all.slice(size),
    async nodeOf(key) {
      // Any running node can compute the slot.
      const reply = await Promise.any(nodes.map(({ port }) => askRedis(port, `CLUSTER KEYSLOT ${key}`)));
      const slot = Number(/^:(\d+)/.exec(reply)?.[1]);
      const node = nodes[shares.findLastIndex((first) => first <= slot)];
      if (node === undefined) throw new Error(`No node holds ${key}: ${reply}`);
      return node;
    },
    stop,
  };
}

function startNode(
  { dataDir, extraArgs = [], replicas: _, ...options }: RedisClusterOptions,
  n: number,
  bus: number,
): Promise<LocalRedis> {
  return startRedis({
    useDocker: false,
    ...options,
    dataDir: join(dataDir, `node-${n}`),
    extraArgs: [
      ...['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-announce-ip', '127.0.0.1'],
      ...['--cluster-node-timeout', '2000', '--cluster-require-full-coverage', 'no'],
      ...['--repl-diskless-sync-delay', '0'],
      ...extraArgs,
    ],
  });
}

function isWhole(nodes: number): (info: string) => boolean {
  const lines = ['cluster_state:ok', `cluster_known_nodes:${nodes}\r`, 'cluster_slots_ok:16384'];
  return (info) => lines.every((line) => info.includes(line));
}

/** Once this resolves, it follows and has a complete copy. */
async function makeReplica(port: number, primaryPort: number): Promise<void> {
  const id = (await askRedis(primaryPort, 'CLUSTER MYID')).split('\r\n')[1];
  await mustBeOk(port, `CLUSTER REPLICATE ${id}`);
  await untilRedis(port, 'INFO replication', (info) => info.includes('master_link_status:up'));
}

async function mustBeOk(port: number, command: string): Promise<void> {
  const reply = await askRedis(port, command);
  if (!reply.startsWith('+OK')) throw new Error(`Redis on port ${port} answered ${command} with ${reply}`);
}
