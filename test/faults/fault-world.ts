import { connectRedis, type Redis } from '@redial/platform';
import { startTestPbx, type TestPbx } from '../support/asterisk.ts';
import { createProbe, type Probe } from '../support/probe.ts';
import { type ProcessKind, type Redial, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { type StopPoint, startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/**
 * A real Redis, real PBXs and Redial. Each process reaches Redis and the PBXs on a way of its own, which can be stopped at one
 * command: so a call can be held in a phase that lasts microseconds.
 */
export interface FaultWorld {
  readonly redis: TestRedis;
  /** Where all calls go; the fault strikes here. */
  readonly pbx: TestPbx;
  /** A second one beside it, which no call may ever reach; absent: there is one. */
  readonly otherPbx?: TestPbx;
  readonly redial: Redial;
  readonly probe: Probe;
  /** The test's own connection. */
  readonly books: Redis;
  readonly redisOf: Readonly<Record<ProcessKind, TcpProxy>>;
  /** To `pbx`. */
  readonly amiOf: Readonly<Record<'dialer' | 'results', TcpProxy>>;
  /** Stops the process at that request; the world remembers, for release(). */
  stop(way: TcpProxy, ...words: string[]): StopPoint;
  /** Lets everything go on that was stopped; with `but`, all except what was stopped on that way. */
  release(options?: { readonly but?: TcpProxy }): void;
  end(): Promise<void>;
}

export const keyPrefix = '{faults}';
export const cdrList = 'faults:cdrs';

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
    const { ami } = pbx.asterisk;
    const redisOf = { api: await way(redisPort), dialer: await way(redisPort), results: await way(redisPort) };
    const amiOf = { dialer: await way(ami.port), results: await way(ami.port) };

    const others = otherPbx === undefined ? [] : [{ ...otherPbx.asterisk.ami, name: 'other' }];
    const pbxsBy = (port: number) => [{ ...ami, name: 'main', port }, ...others];
    const wayOf = (kind: ProcessKind) => ({
      redisUrl: `redis://127.0.0.1:${redisOf[kind].port}`,
      pbxs: pbxsBy(kind === 'api' ? ami.port : amiOf[kind].port),
    });
    const redial = kept(
      await startRedial({
        redisUrl: redis.url,
        pbxs: pbxsBy(ami.port),
        ways: { api: wayOf('api'), dialer: wayOf('dialer'), results: wayOf('results') },
        // Every call names it, and so goes to the PBX that the fault strikes.
        trunks: { carrier: { pbxs: ['main'] } },
        sinks: [{ type: 'redis-list', name: 'books', key: cdrList }],
        env: {
          ...probe.env,
          REDIAL_KEY_PREFIX: keyPrefix,
          REDIAL_DURABILITY: 'fsync',
          REDIAL_LOCK_SECONDS: '5',
        },
      }),
      (it) => it.stop(),
    );
    const books = kept(connectRedis({ url: redis.url, role: 'worker' }), (it) => it.disconnect());
    let points: { readonly way: TcpProxy; readonly point: StopPoint }[] = [];
    return {
      redis,
      pbx,
      ...(otherPbx && { otherPbx }),
      redial,
      probe,
      books,
      redisOf,
      amiOf,
      stop: (way, ...words) => {
        const point = way.stopAfter(...words);
        points.push({ way, point });
        return point;
      },
      release: ({ but } = {}) => {
        for (const { way, point } of points) if (way !== but) point.release();
        points = points.filter(({ way }) => way === but);
      },
      end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}
