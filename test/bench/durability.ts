import { type Redial, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis, type TestRedisOptions } from '../support/redis.ts';
import { median } from './median.ts';

/**
 * The cost of a durability mode: single `POST /v1/calls` from `clients` clients at once. Each sends its next after the
 * last reply.
 */
export interface DurabilityCost {
  readonly mode: string;
  /** Accepted per second, relative to the mode without durability. */
  readonly ratio: number;
  /** Median time from the request to its answer, relative to that mode. */
  readonly waitRatio: number;
  readonly perSecond: number;
  readonly waitMs: number;
}

interface Mode {
  readonly mode: string;
  readonly durability: 'fsync' | 'everysec' | 'none';
  readonly redis: TestRedisOptions;
}

const nothing = 'none (no AOF)';
const modes: readonly Mode[] = [
  { mode: nothing, durability: 'none', redis: { appendonly: false } },
  { mode: 'everysec', durability: 'everysec', redis: { appendfsync: 'everysec' } },
  { mode: 'fsync, appendfsync always', durability: 'fsync', redis: { appendfsync: 'always' } },
  { mode: 'fsync, appendfsync everysec and WAITAOF', durability: 'fsync', redis: { appendfsync: 'everysec' } },
];

interface Running extends Mode {
  readonly server: TestRedis;
  readonly redial: Redial;
  readonly rates: number[];
  readonly waits: number[];
}

export async function measureDurability(
  pbx: { host: string; port: number; username: string; secret: string },
  clients: number,
  roundMs: number,
  rounds: number,
): Promise<DurabilityCost[]> {
  const running: Running[] = [];
  try {
    for (const mode of modes) running.push(await start(mode, pbx));
    // In turn, so that other load on the machine affects all alike. The first round warms up.
    for (let round = 0; round <= rounds; round++) {
      for (const { mode, redial, rates, waits } of running) {
        const { perSecond, waitMs } = await acceptFor(redial, clients, roundMs);
        if (round === 0) continue;
        rates.push(perSecond);
        waits.push(waitMs);
        console.log(`  round ${round}: ${mode}: ${perSecond.toFixed(0)}/s, ${waitMs.toFixed(1)} ms`);
      }
    }
  } finally {
    for (const { redial, server } of running) {
      await redial.stop();
      await server.stop();
    }
  }
  const base = running.find(({ mode }) => mode === nothing);
  if (base === undefined) throw new RangeError('nothing to compare with');
  const ratioTo = (to: readonly number[], of: readonly number[]) =>
    median(of.map((value, round) => value / (to[round] as number)));
  return running.map(({ mode, rates, waits }) => ({
    mode,
    ratio: ratioTo(base.rates, rates),
    waitRatio: ratioTo(base.waits, waits),
    perSecond: median(rates),
    waitMs: median(waits),
  }));
}

async function start(
  mode: Mode,
  pbx: { host: string; port: number; username: string; secret: string },
): Promise<Running> {
  const server = await startTestRedis(mode.redis);
  const redial = await startRedial({
    redisUrl: server.url,
    pbxs: [{ ...pbx, name: 'main' }],
    tenant: { quotas: { requestsPerMinute: 1_000_000 } },
    env: { REDIAL_LOG_LEVEL: 'warn', REDIAL_DURABILITY: mode.durability },
  });
  // Only the API is measured.
  await Promise.all([redial.dialer.kill(), redial.results.kill()]);
  return { ...mode, server, redial, rates: [], waits: [] };
}

async function acceptFor(redial: Redial, clients: number, ms: number): Promise<{ perSecond: number; waitMs: number }> {
  const waits: number[] = [];
  const notBefore = new Date(Date.now() + 86_400_000).toISOString();
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - startedAt < ms) {
        const askedAt = performance.now();
        const { status } = await redial.request('POST', '/v1/calls', {
          dial1: '1001',
          dial2: '+27820001234',
          notBefore,
        });
        if (status !== 202) throw new Error(`a call was not accepted: ${status}`);
        waits.push(performance.now() - askedAt);
      }
    }),
  );
  return { perSecond: (waits.length * 1_000) / (performance.now() - startedAt), waitMs: median(waits) };
}
