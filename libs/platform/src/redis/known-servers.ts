import { type RedisServer, serverAddress } from './redis-url.ts';

/** The servers that can be asked where the primary is: those of the URL, and those that they have told of. */
export interface KnownServers {
  /**
   * In the order in which to ask. Each search begins with the next one, so that one who is mistaken, cut off from the others perhaps, is
   * not believed for ever; the URL's own come first, for nobody may be able to reach the others at the addresses that they announce.
   */
  inOrder(): readonly RedisServer[];
  /** Remembers them, the newest first. Only of somebody whose answer was right. */
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
