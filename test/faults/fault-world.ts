import { connectRedis, type Redis } from '@redial/platform';
import { RawAmi } from '../conformance/pbx/raw-ami.ts';
import { startTestPbx, type TestPbx } from '../support/asterisk.ts';
import { createProbe, type Probe } from '../support/probe.ts';
import { type ProcessKind, type Redial, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { type StopPoint, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { startWebhookReceiver, status, type WebhookReceiver } from '../support/webhook-receiver.ts';

/**
 * A real Redis, real PBXs and Redial. Each process reaches Redis and the PBXs by its own proxy, which can be stopped at
 * one command. So a call can be held in a phase that lasts microseconds.
 */
export interface FaultWorld {
  readonly redis: TestRedis;
  /** The PBX of the held calls. The fault strikes here. */
  readonly pbx: TestPbx;
  /** A second PBX beside it, full until `freeOtherPbx`. Absent: there is only one. */
  readonly otherPbx?: TestPbx;
  readonly redial: Redial;
  readonly probe: Probe;
  /** The test's own connections: to Redis, and to `pbx`. */
  readonly books: Redis;
  readonly ami: RawAmi;
  /** Answers 200 to every CDR. */
  readonly crm: WebhookReceiver;
  readonly redisOf: Readonly<Record<ProcessKind, TcpProxy>>;
  /** To `pbx`. */
  readonly amiOf: Readonly<Record<'dialer' | 'results', TcpProxy>>;
  /** One more proxy to Redis, which passes nothing until it is healed. */
  closedWayToRedis(): Promise<TcpProxy>;
  /** Stops the process at that request. The world keeps it for release(). */
  stop(way: TcpProxy, ...words: string[]): StopPoint;
  /** Continues everything that was stopped; with `but`, all except on that proxy. */
  release(options?: { readonly but?: TcpProxy }): void;
  /** Resolves when `release` was called. */
  readonly released: Promise<void>;
  /** Ends the agent's call on Asterisk's console. */
  hangUp(agent: string): Promise<void>;
  freeOtherPbx(): Promise<void>;
  end(): Promise<void>;
}

export const keyPrefix = '{faults}';
export const cdrList = 'faults:cdrs';
const otherPbxMaxCalls = 30;
const permitsOfOtherPbx = `${keyPrefix}:permits:pbx.other`;

export async function startFaultWorld({ pbxs }: { readonly pbxs: 1 | 2 }): Promise<FaultWorld> {
  const probe = createProbe();
  const ends: (() => unknown)[] = [() => probe.remove()];
  const end = async () => {
    for (const each of ends.splice(0).reverse()) await each();
  };
  const kept = <T>(thing: T, ending: (thing: T) => unknown): T => {
    ends.push(() => ending(thing));
    return thing;
  };
  try {
    const redis = kept(await startTestRedis(), (it) => it.stop());
    const pbx = kept(await startTestPbx(), (it) => it.stop());
    const otherPbx = pbxs === 2 ? kept(await startTestPbx(), (it) => it.stop()) : undefined;
    const way = async (port: number) => kept(await startTcpProxy({ port }), (it) => it.stop());
    const redisPort = Number(new URL(redis.url).port);
    const access = pbx.asterisk.ami;
    const redisOf = { api: await way(redisPort), dialer: await way(redisPort), results: await way(redisPort) };
    const amiOf = { dialer: await way(access.port), results: await way(access.port) };
    const crm = kept(await startWebhookReceiver(status(200)), (it) => it.stop());

    const others =
      otherPbx === undefined ? [] : [{ ...otherPbx.asterisk.ami, name: 'other', maxCalls: otherPbxMaxCalls }];
    const pbxsBy = (port: number) => [{ ...access, name: 'main', port }, ...others];
    const wayOf = (kind: ProcessKind) => ({
      redisUrl: `redis://127.0.0.1:${redisOf[kind].port}`,
      pbxs: pbxsBy(kind === 'api' ? access.port : amiOf[kind].port),
    });
    const redial = kept(
      await startRedial({
        redisUrl: redis.url,
        pbxs: pbxsBy(access.port),
        ways: { api: wayOf('api'), dialer: wayOf('dialer'), results: wayOf('results') },
        sinks: [
          { type: 'redis-list', name: 'books', key: cdrList },
          { type: 'webhook', name: 'crm', url: crm.url, secret: `whsec_${Buffer.alloc(32).toString('base64')}` },
        ],
        env: {
          ...probe.env,
          REDIAL_KEY_PREFIX: keyPrefix,
          REDIAL_DURABILITY: 'fsync',
          REDIAL_LOCK_SECONDS: '5',
          // Its four held calls fill it, so that another one waits in the queue.
          REDIAL_DIALER_CONCURRENCY: '4',
        },
      }),
      (it) => it.stop(),
    );
    const books = kept(connectRedis({ url: redis.url, role: 'worker' }), (it) => it.disconnect());
    if (otherPbx !== undefined) {
      const taken = Array.from({ length: otherPbxMaxCalls }, (_, n) => ['inf', `taken#${n}`] as const);
      await books.zadd(permitsOfOtherPbx, ...taken.flat());
    }
    const ami = kept(await RawAmi.login(access), (it) => it.end());
    const released = Promise.withResolvers<void>();
    let points: { readonly way: TcpProxy; readonly point: StopPoint }[] = [];
    return {
      redis,
      pbx,
      ...(otherPbx && { otherPbx }),
      redial,
      probe,
      books,
      ami,
      crm,
      redisOf,
      amiOf,
      closedWayToRedis: async () => {
        const closed = await way(redisPort);
        closed.blackhole();
        return closed;
      },
      stop: (way, ...words) => {
        const point = way.stopAfter(...words);
        points.push({ way, point });
        return point;
      },
      release: ({ but } = {}) => {
        for (const { way, point } of points) if (way !== but) point.release();
        points = points.filter(({ way }) => way === but);
        released.resolve();
      },
      released: released.promise,
      hangUp: async (agent) => {
        const channels = await pbx.asterisk.cli('core show channels concise');
        const channel = new RegExp(`^PJSIP/${agent}-[0-9a-f]+`, 'm').exec(channels)?.[0];
        await pbx.asterisk.cli(`channel request hangup ${channel}`);
      },
      freeOtherPbx: async () => void (await books.del(permitsOfOtherPbx)),
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
