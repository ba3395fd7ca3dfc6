import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { connectRedis, type Redis, redisReady } from '@redial/platform';
import { createQueues, type Queues } from '@redial/queue';
import { createStore, type Store } from '@redial/store';
import { Queue } from 'bullmq';
import { afterAll, beforeAll } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type Answer, startWebhookReceiver, status, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { type CountingProxy, startCountingProxy } from './counting-proxy.ts';
import { FailPoint } from './fail-point.ts';
import { type MortalProcess, startProcess } from './mortal-process.ts';
import { amiActions, redisCommands } from './operations.ts';

/**
 * A real Redis, a scripted PBX, a webhook receiver, and processes of Redial that die between any two of their
 * operations.
 */
export interface CrashWorld {
  readonly failPoint: FailPoint;
  readonly store: Store;
  readonly queues: Queues;
  readonly redis: Redis;
  readonly pbx: Simulator;
  readonly receiver: WebhookReceiver;
  readonly apiKey: string;
  /** The Redis list and the stream of the tenant's sinks. */
  readonly list: string;
  readonly stream: string;
  readonly prefix: string;
  /** Starts a process that the fail point can kill, or (`isSound`) cannot. Its clock is `aheadMs` ahead. */
  start(
    kind: 'api' | 'dialer' | 'results',
    aheadMs: number,
    more?: { readonly isSound?: boolean; readonly env?: Readonly<Record<string, string>> },
  ): Promise<MortalProcess>;
  /** The queue as BullMQ sees it. */
  jobs(queue: 'dial' | 'results' | 'deliveries'): Queue;
}

/** Commands that a process sends without any work, or to wait. */
const idle = new Set(['BZPOPMIN', 'PING', 'CLIENT', 'INFO', 'HELLO', 'SELECT', 'SUBSCRIBE', 'QUIT']);

/** `receive`: the answer of the webhook's receiver. By default it accepts everything. */
export function aCrashWorld({ receive = status(204) }: { readonly receive?: Answer } = {}): CrashWorld {
  const world: { -readonly [Part in keyof CrashWorld]?: CrashWorld[Part] } = {};
  const folder = mkdtempSync(join(tmpdir(), 'redial-crash-'));
  const closing: (() => Promise<void>)[] = [];
  const processes: MortalProcess[] = [];
  let server: TestRedis;
  let proxies: CountingProxy[] = [];

  beforeAll(async () => {
    const access = { username: 'redial', secret: 'redial-local' };
    const failPoint = new FailPoint();
    server = await startTestRedis();
    const pbx = await startSimulator({ ...access, talkMs: 100 });
    const receiver = await startWebhookReceiver(receive);
    const { hostname: host, port } = new URL(server.url);
    proxies = await Promise.all([
      startCountingProxy({
        target: { host, port: Number(port) },
        failPoint,
        cut: redisCommands,
        counts: (name) => !idle.has(name),
      }),
      startCountingProxy({ target: pbx, failPoint, cut: amiActions, counts: (name) => name === 'Originate' }),
    ]);
    const [redisProxy, amiProxy] = proxies as [CountingProxy, CountingProxy];

    const prefix = `{crash-${randomBytes(4).toString('hex')}}`;
    const apiKey = `test_${randomBytes(24).toString('base64url')}`;
    const [list, stream] = [`${prefix}-list`, `${prefix}-stream`];
    const fileFor = (amiPort: number): string => {
      const file = join(folder, `${amiPort}.yaml`);
      const ami = { ...access, host: '127.0.0.1', port: amiPort };
      // JSON is valid YAML.
      writeFileSync(file, JSON.stringify(configuration({ ami, apiKey, list, stream, hook: receiver.url })));
      return file;
    };
    const common = {
      REDIAL_KEY_PREFIX: prefix,
      REDIAL_HTTP_PORT: '0',
      REDIAL_DURABILITY: 'none',
      // Only at its start: a sweep among the counted operations would disturb the count.
      REDIAL_SWEEP_SECONDS: '30',
      REDIAL_LOCK_SECONDS: '1',
    };
    const mortal = { REDIAL_REDIS_URL: `redis://127.0.0.1:${redisProxy.port}`, REDIAL_CONFIG: fileFor(amiProxy.port) };
    const sound = { REDIAL_REDIS_URL: server.url, REDIAL_CONFIG: fileFor(pbx.port) };

    const connect = async (role: 'store' | 'queue') => {
      const redis = connectRedis({ url: server.url, role });
      await redisReady(redis, 10_000);
      return redis;
    };
    const opened = new Map<string, Queue>();
    const open = (name: string): Queue => {
      const connection = connectRedis({ url: server.url, role: 'worker' });
      const queue = new Queue(name, { connection, prefix });
      opened.set(name, queue);
      closing.push(async () => {
        await queue.close();
        connection.disconnect();
      });
      return queue;
    };
    const redis = await connect('store');
    Object.assign(world, {
      ...{ failPoint, redis, pbx, receiver, apiKey, list, stream, prefix },
      store: createStore({ redis, prefix }),
      queues: createQueues({ connection: await connect('queue'), prefix }),
      start: async (kind, aheadMs, { isSound = false, env = {} } = {}) => {
        const started = await startProcess(kind, { ...common, ...(isSound ? sound : mortal), ...env }, aheadMs);
        processes.push(started);
        return started;
      },
      jobs: (name) => opened.get(name) ?? open(name),
    } satisfies Partial<CrashWorld>);
  });
  afterAll(async () => {
    for (const process of processes) process.kill();
    await Promise.all(processes.map(({ gone }) => gone));
    await Promise.all(closing.map((close) => close()));
    await world.queues?.close();
    await world.store?.close();
    await Promise.all(proxies.map((proxy) => proxy.stop()));
    await Promise.all([world.pbx?.stop(), world.receiver?.stop(), server?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });
  return world as CrashWorld;
}

function configuration(given: {
  readonly ami: object;
  readonly apiKey: string;
  readonly list: string;
  readonly stream: string;
  readonly hook: string;
}): unknown {
  return {
    pbxs: [{ name: 'main', maxCalls: 1_000, maxCallsPerSecond: 500, ...given.ami }],
    trunks: [{ name: 'carrier', channel: 'PJSIP/{number}@carrier', maxCalls: 500, maxCallsPerSecond: 500 }],
    tenants: [
      {
        id: 'acme',
        timeZone: 'Africa/Johannesburg',
        apiKeys: [{ name: 'test', sha256: createHash('sha256').update(given.apiKey).digest('hex') }],
        numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
        // All calls of a batch have one phone, and each must be dialled.
        extensions: { pattern: '1[0-9]{3}', maxCalls: 1_000 },
        trunks: ['carrier'],
        quotas: { requestsPerMinute: 100_000 },
        sinks: [
          { type: 'redis-list', name: 'list', key: given.list },
          { type: 'redis-stream', name: 'stream', key: given.stream },
          { type: 'webhook', name: 'crm', url: given.hook, secret: `whsec_${'A'.repeat(32)}` },
        ],
      },
    ],
  };
}
