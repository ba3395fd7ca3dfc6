import { type RedisServer, serverAddress } from './redis-url.ts';

/** The servers that know where the primary is: those of the URL, and those learned from them. */
export interface KnownServers {
  /**
   * In the order in which to ask. Each search begins with the next server, so that one with a wrong answer, cut off from the others
   * perhaps, is not always believed. The servers of the URL come first: the addresses that the others announce may not be reachable.
   */
  inOrder(): readonly RedisServer[];
  /** Remembers them, the newest first. To be called only after an answer that proved right. */
  learn(servers: readonly RedisServer[]): void;
}

/** One Cluster or one set of Sentinels has fewer; replaced ones are forgotten at last. */
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
