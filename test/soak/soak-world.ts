import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { startTestPbx, type TestPbx } from '../support/asterisk.ts';
import { type Redial, type RedialOptions, type RedialProcess, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { startWebhookReceiver, status, type WebhookReceiver } from '../support/webhook-receiver.ts';
import type { Target } from './fault-schedule.ts';
import { mixTenant } from './mix.ts';

/** One of each process with its own Redis and Asterisk. CDRs go to a list without a consumer, and to a webhook. */
export interface SingleWorld {
  readonly redis: TestRedis;
  readonly pbx: TestPbx;
  readonly ami: TcpProxy;
  readonly redial: Redial;
  readonly receiver: WebhookReceiver;
  /** The soak's own connection for reading. It waits while Redis is away. */
  readonly reader: Redis;
  readonly keyPrefix: string;
  readonly cdrList: string;
  stop(): Promise<void>;
}

/** Two of each process. */
export interface SoakWorld extends SingleWorld {
  readonly processes: Readonly<Record<ProcessTarget, RedialProcess>>;
  /** The addresses of all APIs. */
  readonly apiUrls: readonly string[];
}

export type ProcessTarget = Exclude<Target, 'AMI' | 'Redis' | 'Asterisk'>;

export async function startSoakWorld(): Promise<SoakWorld> {
  const world = await startSingleWorld();
  const { redial } = world;
  try {
    const others = {
      'api 2': await redial.another('api'),
      'dialer 2': await redial.another('dialer'),
      'results 2': await redial.another('results'),
    };
    const processes = { 'api 1': redial.api, 'dialer 1': redial.dialer, 'results 1': redial.results, ...others };
    return { ...world, processes, apiUrls: [redial.url, others['api 2'].url ?? ''] };
  } catch (error) {
    await world.stop();
    throw error;
  }
}

export async function startSingleWorld(options: Pick<RedialOptions, 'version'> = {}): Promise<SingleWorld> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    const [redis, pbx] = await Promise.all([startTestRedis(), startTestPbx()]);
    stops.push(redis.stop, () => pbx.stop());
    const ami = await startTcpProxy({ port: pbx.asterisk.ami.port });
    stops.push(ami.stop);
    const receiver = await startWebhookReceiver(status(204));
    stops.push(receiver.stop);
    const keyPrefix = `{soak${randomBytes(3).toString('hex')}}`;
    const cdrList = 'soak:cdrs';
    const redial = await startRedial({
      redisUrl: redis.url,
      pbxs: [{ ...pbx.asterisk.ami, name: 'main', port: ami.port }],
      tenant: mixTenant,
      sinks: [
        { type: 'redis-list', name: 'books', key: cdrList, push: 'right' },
        { type: 'webhook', name: 'hook', url: receiver.url, secret: `whsec_${randomBytes(32).toString('base64')}` },
      ],
      env: { REDIAL_KEY_PREFIX: keyPrefix, REDIAL_DURABILITY: 'fsync' },
      ...options,
    });
    stops.push(redial.stop);
    const reader = new Redis(redis.url, { maxRetriesPerRequest: null });
    reader.on('error', () => {}); // It comes back. ioredis prints errors without a listener.
    stops.push(async () => reader.disconnect());
    return { redis, pbx, ami, redial, receiver, reader, keyPrefix, cdrList, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
