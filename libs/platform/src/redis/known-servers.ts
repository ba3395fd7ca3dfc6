import { type RedisServer, serverAddress } from './redis-url.ts';

/** The servers that can name the primary: those of the URL, and those learned from them. */
export interface KnownServers {
  /**
   * The order in which servers are queried. Each search begins with the next server: one with a wrong answer, perhaps
   * cut off from the others, must not be believed every time. The servers of the URL come first: the addresses that the
   * others announce may not be reachable.
   */
  inOrder(): readonly RedisServer[];
  /** Remembers servers, the newest first. Call it only after an answer that proved right. */
  learn(servers: readonly RedisServer[]): void;
}

/** More than one Cluster or one set of Sentinels has. The oldest entries are dropped. */
const learnedMax = 30;

export function knownServers(listed: readonly RedisServer[]): KnownServers {
  let learned: readonly RedisServer[] = [];
  let searches = 0;
  return {
    inOrder() {
      const order = [...from(listed, searches), ...from(learned, searches)];
      searches += 1;
      return order;
    },
    learn(servers) {
      const all = new Map([...servers, ...learned].map((server) => [serverAddress(server), server]));
      for (const server of listed) all.delete(serverAddress(server));
      learned = [...all.values()].slice(0, learnedMax);
    },
  };
}

function from(servers: readonly RedisServer[], first: number): RedisServer[] {
  const start = servers.length === 0 ? 0 : first % servers.length;
  return [...servers.slice(start), ...servers.slice(0, start)];
}
