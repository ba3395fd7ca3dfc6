import type { KnownServers } from './known-servers.ts';
import { type RedisServer, serverAddress } from './redis-url.ts';

/**
 * Runs commands on one server, one after the other, and resolves to their replies. Rejects with a sentence if it
 * cannot.
 */
export type QueryServer = (
  server: RedisServer,
  commands: readonly (readonly string[])[],
) => Promise<readonly unknown[]>;

/** Finds the server that takes our writes now. Rejects if there is none, or if no server names it. */
export type FindPrimary = () => Promise<RedisServer>;

/**
 * In a Cluster: the node that holds a key's slot. All keys of Redial share one hash tag, so one connection to that node
 * is enough. The node is used only once it reports that the Cluster works: before that, it refuses every command.
 */
export function primaryInCluster(known: KnownServers, key: string, query: QueryServer): FindPrimary {
  return inTurn(known, async (server) => {
    const [slot, ranges] = await query(server, [
      ['CLUSTER', 'KEYSLOT', key],
      ['CLUSTER', 'SLOTS'],
    ]);
    const owner = ownerOf(Number(slot), ranges, server);
    if (owner === undefined) throw new Error(`no node of the Cluster serves slot ${String(slot)}`);
    const [info] = await query(owner, [['CLUSTER', 'INFO']]);
    if (!String(info).includes('cluster_state:ok'))
      throw new Error(`${serverAddress(owner)} says that the Cluster is down`);
    known.learn(nodesOf(ranges, server));
    return owner;
  });
}

/**
 * Follows https://redis.io/docs/latest/develop/reference/sentinel-clients/: query a Sentinel, then the server that it
 * names.
 */
export function primaryBySentinel(known: KnownServers, name: string, query: SentinelQueries): FindPrimary {
  return inTurn(known, async (sentinel) => {
    const [address] = await query.sentinel(sentinel, [['SENTINEL', 'get-master-addr-by-name', name]]);
    if (!Array.isArray(address)) throw new Error(`the Sentinel ${serverAddress(sentinel)} knows no ${name}`);
    const primary = { host: String(address[0]), port: Number(address[1]) };
    const [role] = await query.server(primary, [['ROLE']]);
    if (!Array.isArray(role) || role[0] !== 'master')
      throw new Error(`${serverAddress(primary)} is not the primary yet`);
    // A Sentinel may refuse this command to our user. Then the others stay unknown, which does no other harm.
    const [others] = await query.sentinel(sentinel, [['SENTINEL', 'SENTINELS', name]]).catch(() => []);
    known.learn(sentinelsOf(others));
    return primary;
  });
}

interface SentinelQueries {
  readonly sentinel: QueryServer;
  readonly server: QueryServer;
}

/** The first good answer of all known servers. */
function inTurn(known: KnownServers, answerOf: (one: RedisServer) => Promise<RedisServer>): FindPrimary {
  return async () => {
    let lastError: unknown;
    for (const one of known.inOrder()) {
      try {
        return await answerOf(one);
      } catch (error) {
        lastError = error;
      }
    }
    throw lastError;
  };
}

/** A reply to CLUSTER SLOTS: `[first, last, [host, port, …] of the primary, … of its replicas]` each. */
function ownerOf(slot: number, ranges: unknown, queried: RedisServer): RedisServer | undefined {
  if (!Array.isArray(ranges)) return undefined;
  const range = ranges.find(([first, last]) => first <= slot && slot <= last);
  if (range === undefined) return undefined;
  return nodeOf(range[2], queried);
}

function nodesOf(ranges: unknown, queried: RedisServer): RedisServer[] {
  if (!Array.isArray(ranges)) return [];
  return ranges.flatMap(([, , ...nodes]: unknown[]) => nodes.map((node) => nodeOf(node as unknown[], queried)));
}

/** A node may not know or not announce its own address. Then it is the address at which it was reached. */
function nodeOf([host, port]: readonly unknown[], queried: RedisServer): RedisServer {
  return { host: typeof host === 'string' && host !== '' && host !== '?' ? host : queried.host, port: Number(port) };
}

/** A reply to SENTINEL SENTINELS: for each a list of names and values, `ip` and `port` among them. */
function sentinelsOf(others: unknown): RedisServer[] {
  if (!Array.isArray(others)) return [];
  return others.flatMap((fields: unknown[]) => {
    const values = new Map(fields.flatMap((name, n) => (n % 2 === 0 ? [[name, fields[n + 1]] as const] : [])));
    const [host, port] = [values.get('ip'), Number(values.get('port'))];
    return typeof host === 'string' && host !== '' && port > 0 ? [{ host, port }] : [];
  });
}
