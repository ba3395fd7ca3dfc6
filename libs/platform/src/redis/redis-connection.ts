import { connect as connectTcp, Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { AbstractConnector, Cluster, Redis, type RedisOptions } from 'ioredis';
import { type BackOff, backOffMs } from '../async/back-off.ts';
import { knownServers } from './known-servers.ts';
import { type FindPrimary, primaryBySentinel, primaryInCluster, type QueryServer } from './redis-primary.ts';
import { parseRedisUrl, type RedisLogin, type RedisSetup, serverAddress } from './redis-url.ts';

export type { Redis } from 'ioredis';

/**
 * What a connection is for.
 *
 * `store` and `queue` (producers): a command fails at once while Redis is down. A command that was in flight when the
 * link broke is rejected and **never sent again**. It may have run, and only its caller can find out. Nothing is held
 * in memory. `worker`: BullMQ's own. Commands wait until Redis is back, as BullMQ requires. `subscriber`: subscriptions
 * are restored after every reconnect. Messages published in between are lost.
 */
export type RedisRole = 'store' | 'queue' | 'worker' | 'subscriber';

/** The link came up, or went down and why. Reported once per change and once per further reason, not once per retry. */
export type RedisChange = { readonly up: true } | { readonly up: false; readonly error: string };

interface RedisConnectionOptions {
  /** See `RedisSetup`. */
  readonly url: string;
  readonly role: RedisRole;
  /**
   * On a Redis Cluster the connection goes to the node that holds this key, or any other key of its hash tag. Commands
   * on keys of other nodes are refused with MOVED. Default `{redial}`.
   */
  readonly slotOf?: string;
  readonly onChange?: (change: RedisChange) => void;
}

/**
 * A connection that owes us a reply and is silent for longer than this is dead (a stopped server, a half-open socket).
 */
const silenceMs: Readonly<Record<RedisRole, number>> = {
  store: 10_000,
  queue: 10_000,
  // BullMQ blocks for up to 10 s at a time.
  worker: 30_000,
  subscriber: 10_000,
};

/** Limit for the connection to a server that is queried for the primary, and for each of its replies. */
const askMs = 2_000;

const reconnecting: BackOff = { firstMs: 50, maxMs: 2_000, spread: 0.25 };

/** ioredis declares its constructor's `replyMapping` apart from its options. We use the default. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const failAtOnce: Options = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
};

const optionsOf: Readonly<Record<RedisRole, Options>> = {
  store: failAtOnce,
  queue: failAtOnce,
  worker: { maxRetriesPerRequest: null },
  subscriber: { maxRetriesPerRequest: null, autoResubscribe: true },
};

/**
 * Starts to connect, and reconnects without end. `redisReady` waits until commands can be sent.
 *
 * It is one connection to one server in every set-up. A role therefore means the same in all of them, and WAITAOF,
 * CONFIG and INFO query the server that holds our keys. With Sentinel or Cluster that server is searched anew at each
 * connect (`redis-primary.ts`). After a failover the link breaks, or the old primary refuses, and the next connect
 * finds the new one.
 *
 * Throws RedisUrlError.
 */
export function connectRedis({ url, role, slotOf = '{redial}', onChange }: RedisConnectionOptions): Redis {
  const setup = parseRedisUrl(url);
  const options: Options = {
    ...optionsOf[role],
    connectionName: `redial-${role}`,
    connectTimeout: 5_000,
    keepAlive: 10_000,
    socketTimeout: silenceMs[role],
    retryStrategy: (failures) => backOffMs(failures, reconnecting),
    // Refused commands have not run. Those of a worker go to the next server. For the others their callers decide.
    reconnectOnError: (error) => isRefusal(setup, error) && (role === 'worker' ? 2 : 1),
  };
  const redis =
    setup.type === 'single' ? new Redis(setup.url, options) : new Redis({ ...options, ...following(setup, slotOf) });
  reportChanges(redis, onChange);
  if (role === 'subscriber') noticeSilence(redis);
  return redis;
}

/** Runs scripts on keys of any hash tag. */
export interface RedisOfAnyKey {
  eval(script: string, keyCount: number, ...keysAndArguments: (string | number)[]): Promise<unknown>;
  disconnect(): void;
}

/**
 * A connection for keys that are not Redial's own. On a Redis Cluster they may lie on any node. Commands fail at once
 * while the node is down, and are not sent again, as with the role `queue`.
 *
 * Throws RedisUrlError.
 */
export function connectRedisOfAnyKey({ url }: Pick<RedisConnectionOptions, 'url'>): RedisOfAnyKey {
  const setup = parseRedisUrl(url);
  if (setup.type !== 'cluster') return connectRedis({ url, role: 'queue' });
  const cluster = new Cluster([...setup.servers], {
    enableOfflineQueue: false,
    clusterRetryStrategy: (failures) => backOffMs(failures, reconnecting),
    slotsRefreshTimeout: askMs,
    // With their defaults ioredis would hold a command back and repeat it sixteen times.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    // A certificate names a host, not the address of the host.
    dnsLookup: (address, callback) => callback(null, address),
    redisOptions: {
      ...loginOptions(setup),
      connectionName: 'redial-sinks',
      connectTimeout: askMs,
      keepAlive: 10_000,
      socketTimeout: silenceMs.queue,
      maxRetriesPerRequest: 0,
    },
  });
  // The connection of the store reports Redis' health. Without this listener ioredis prints every retry.
  cluster.on('error', () => undefined);
  return cluster;
}

type Following = Exclude<RedisSetup, { readonly type: 'single' }>;

function following(setup: Following, slotOf: string): Options {
  const { tls } = setup;
  const server = asking({ login: setup.login, tls });
  const known = knownServers(setup.type === 'cluster' ? setup.servers : setup.sentinels);
  const find =
    setup.type === 'cluster'
      ? () => primaryInCluster(known, slotOf, server)
      : () => primaryBySentinel(known, setup.name, { sentinel: asking({ login: setup.sentinelLogin, tls }), server });
  return {
    ...loginOptions(setup),
    ...(setup.type === 'sentinel' && { db: setup.database }),
    Connector: connectorTo(find, tls),
  };
}

function loginOptions({ login, tls }: { readonly login: RedisLogin; readonly tls: boolean }): Options {
  return { ...login, ...(tls && { tls: {} }) };
}

/** Whether this server has refused the command because another server is the primary or becomes it. */
function isRefusal({ type }: RedisSetup, { message }: Error): boolean {
  return message.startsWith('READONLY') || (type === 'cluster' && /^(MOVED|CLUSTERDOWN) /.test(message));
}

/** One for each connection and its duplicates, which share what they learn of other servers. */
function connectorTo(finding: () => FindPrimary, tls: boolean) {
  return class PrimaryConnector extends AbstractConnector {
    readonly #find = finding();

    constructor() {
      super(2_000);
    }

    override async connect() {
      this.connecting = true;
      delete this.firstError;
      try {
        const primary = await this.#find();
        if (this.connecting) {
          this.stream = tls ? connectTls(primary) : connectTcp(primary);
          return this.stream;
        }
      } catch (error) {
        if (this.connecting) this.firstError = error instanceof Error ? error : new Error(String(error));
      }
      // For ioredis a connector that rejects is final. A link that is broken from the start is retried and reported
      // like any other. A link that was closed in the meantime just ends.
      return new Socket().destroy();
    }
  };
}

function asking(access: { readonly login: RedisLogin; readonly tls: boolean }): QueryServer {
  return async (server, commands) => {
    const redis = new Redis({
      ...server,
      ...loginOptions(access),
      // The code expects replies in the shapes of RESP2.
      protocol: 2,
      lazyConnect: true,
      enableReadyCheck: false,
      retryStrategy: () => null,
      connectTimeout: askMs,
      commandTimeout: askMs,
      connectionName: 'redial-finding-the-primary',
    });
    let why: Error | undefined;
    redis.on('error', (error: Error) => {
      why = error;
    });
    try {
      await redis.connect();
      return await Promise.all(commands.map(([command = '', ...words]) => redis.call(command, ...words)));
    } catch (error) {
      throw new Error(`${serverAddress(server)}: ${describeError(why ?? (error as Error))}`);
    } finally {
      redis.disconnect();
    }
  };
}

/** Resolves when commands can be sent; rejects, naming the last error met, once `withinMs` have passed. */
export async function redisReady(redis: Redis, withinMs: number): Promise<void> {
  if (redis.status === 'ready') return;
  let lastError = 'no answer';
  await new Promise<void>((resolve, reject) => {
    const onError = (error: Error): void => {
      lastError = describeError(error);
    };
    const finish = (settle: () => void): void => {
      clearTimeout(timer);
      redis.off('ready', onReady).off('error', onError).off('end', onEnd);
      settle();
    };
    const onReady = (): void => finish(resolve);
    const onEnd = (): void => finish(() => reject(new Error(`Redis connection closed (${lastError})`)));
    const timer = setTimeout(
      () => finish(() => reject(new Error(`Redis not ready within ${withinMs} ms (${lastError})`))),
      withinMs,
    );
    redis.on('ready', onReady).on('error', onError).on('end', onEnd);
  });
}

/** Ends the connection: with QUIT when it is up, at once when it is not. Never rejects. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => undefined);
  redis.disconnect();
}

/** Connected, but Redis refuses commands for now (LOADING) or does not reply. */
const notReady = 'connected but not ready: it reads its data back, or is silent';
/** How long that may take before it is reported. */
const notReadyAfterMs = 2_000;
/** Reasons reported while the link is down. Normally there are few, but a server may put any text into its refusal. */
const reasonsMax = 20;

const reasons = new WeakMap<Redis, string>();

/**
 * The reason that was reported last for the broken link; undefined while the link is up. It may hold addresses, but no
 * secrets.
 */
export function whyRedisIsDown(redis: Redis): string | undefined {
  return reasons.get(redis);
}

function reportChanges(redis: Redis, onChange: (change: RedisChange) => void = () => undefined): void {
  let isUp: boolean | undefined;
  const reported = new Set<string>();
  const reportDown = (reason: string) => {
    reasons.set(redis, reason);
    const isUnreported = isUp !== false || (!reported.has(reason) && reported.size < reasonsMax);
    isUp = false;
    reported.add(reason);
    if (isUnreported) onChange({ up: false, error: reason });
  };
  const closed = 'connection closed';
  let lastError = closed;
  let timer: NodeJS.Timeout | undefined;
  redis.on('connect', () => {
    clearTimeout(timer);
    timer = setTimeout(reportDown, notReadyAfterMs, notReady).unref();
  });
  redis.on('ready', () => {
    clearTimeout(timer);
    reasons.delete(redis);
    reported.clear();
    lastError = closed;
    if (isUp !== true) onChange({ up: true });
    isUp = true;
  });
  // Without a listener ioredis prints every retry to the console.
  redis.on('error', (error: Error) => {
    lastError = describeError(error);
  });
  redis.on('close', () => clearTimeout(timer));
  // A connection that we close ourselves does not emit this.
  redis.on('reconnecting', () => {
    reportDown(lastError);
    lastError = closed;
  });
}

/** A subscriber waits for no reply. Without this it would not notice that the other side is gone. */
function noticeSilence(redis: Redis): void {
  const timer = setInterval(() => {
    if (redis.status === 'ready') redis.ping().catch(() => undefined);
  }, silenceMs.subscriber);
  timer.unref();
  redis.once('end', () => clearInterval(timer));
}

/** Node's AggregateError (one error per address tried) has no message of its own. */
function describeError(error: Error & { code?: string }): string {
  return error.message || error.code || error.name;
}
