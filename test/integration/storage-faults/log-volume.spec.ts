import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Redial, type RedialProcess, startRedial } from '../../support/redial.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

/** Longer than two of the spans in which repetitions of one message are counted together. */
const outageMs = 25_000;
/** Longer than one of them. */
const attackMs = 12_000;
/** 20 lines of one message in 10 s. No process has more than this many different messages about an outage. */
const linesPerSecondMax = 20;
/** Would fill a disk if each had a line. A count, not a rate: a machine with other work takes longer for them. */
const manyRequests = 2_000;

let redis: TestRedis;
let pbx: Simulator;
let redial: Redial;
beforeAll(async () => {
  redis = await startTestRedis();
  const access = { username: 'redial', secret: 'redial-local' };
  pbx = await startSimulator(access);
  redial = await startRedial({
    redisUrl: redis.url,
    pbxs: [{ name: 'main', host: pbx.host, port: pbx.port, ...access }],
    env: { REDIAL_DRAIN_SECONDS: '1', REDIAL_FAILED_LOGINS_PER_MINUTE: '500' },
  });
});
afterAll(async () => {
  await redial?.stop();
  await pbx?.stop();
  await redis?.stop();
});

const linesOf = (process: RedialProcess): string[] => process.log().split('\n').slice(0, -1);

describe('while a client guesses keys and addresses', () => {
  it("the API logs it, and then logs little; a tenant's own requests are all logged", async () => {
    const before = linesOf(redial.api).length;
    const statuses = new Map<number, number>();
    const ids: (string | null)[] = [];
    const startedAt = Date.now();
    let refused = 0;
    while (Date.now() - startedAt < attackMs || refused < manyRequests) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          n === 0
            ? redial.request('GET', '/nowhere')
            : redial.request('GET', '/v1/calls', undefined, { authorization: 'Bearer nobodys' }),
        ),
      );
      for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
      refused += answers.length;
      ids.push((await redial.request('GET', '/v1/calls/none')).headers.get('x-request-id'));
    }
    const seconds = (Date.now() - startedAt) / 1_000;

    expect([...statuses.keys()].toSorted()).toEqual([401, 404, 429]);
    const lines = linesOf(redial.api).slice(before);
    const own = lines.filter((line) => line.includes('"tenant":"acme"'));
    const others = lines.length - own.length;
    console.log(
      `  ${others} lines in ${seconds.toFixed(0)} s, ${refused} requests refused, ${own.length} of the tenant's`,
    );
    expect(others / seconds).toSatisfy(isLittle);
    for (const status of [401, 404, 429]) expect(lines.join('\n')).toContain(`"statusCode":${status}`);
    expect(ids.filter((id) => !own.some((line) => line.includes(String(id))))).toEqual([]);
    // Nothing is hidden: omitted lines are counted.
    expect(lines.some((line) => line.includes('repeatsLeftOut'))).toBe(true);
  });
});

describe('while Redis and the PBX are gone and clients continue their requests', () => {
  it('every process logs it, and then logs little: the log does not fill the disk', async () => {
    const processes = [redial.api, redial.dialer, redial.results];
    // Calls that become due while no dialer can dial them.
    for (let n = 0; n < 20; n++) {
      const notBefore = new Date(Date.now() + 5_000).toISOString();
      await redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '+27820001234', notBefore });
    }
    await Promise.all([redis.kill(), pbx.stop()]);
    const before = processes.map((process) => linesOf(process).length);

    const startedAt = Date.now();
    let refused = 0;
    while (Date.now() - startedAt < outageMs || refused < manyRequests) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '+27820001234' })),
      );
      refused += answers.filter(({ status }) => status === 503).length;
    }
    const seconds = (Date.now() - startedAt) / 1_000;

    processes.forEach((process, p) => {
      const lines = linesOf(process).slice(before[p]);
      console.log(`  ${process.name}: ${lines.length} lines in ${seconds.toFixed(0)} s, ${refused} requests refused`);
      expect([process.name, lines.some((line) => line.includes('"level":"error"'))]).toEqual([process.name, true]);
      expect([process.name, lines.length / seconds]).toEqual([process.name, expect.toSatisfy(isLittle)]);
    });
    // Nothing is hidden: omitted lines are counted.
    expect(linesOf(redial.api).some((line) => line.includes('repeatsLeftOut'))).toBe(true);
  });
});

function isLittle(linesPerSecond: number): boolean {
  return linesPerSecond <= linesPerSecondMax;
}
