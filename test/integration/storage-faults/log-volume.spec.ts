import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Redial, type RedialProcess, startRedial } from '../../support/redial.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

/** Longer than two of the spans in which repetitions of one message are counted together. */
const outageMs = 25_000;
/** 20 lines of one message in 10 s; no process has more than so many things to say of an outage. */
const linesPerSecondMax = 20;

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
    env: { REDIAL_DRAIN_SECONDS: '1' },
  });
});
afterAll(async () => {
  await redial?.stop();
  await pbx?.stop();
  await redis?.stop();
});

const linesOf = (process: RedialProcess): string[] => process.log().split('\n').slice(0, -1);

describe('while Redis and the PBX are gone and clients go on asking', () => {
  it('every process says so, and then says little: the log does not fill the disk', async () => {
    const processes = [redial.api, redial.dialer, redial.results];
    // Calls that fall due while there is nobody to dial them.
    for (let n = 0; n < 20; n++) {
      const notBefore = new Date(Date.now() + 5_000).toISOString();
      await redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '+27820001234', notBefore });
    }
    await Promise.all([redis.kill(), pbx.stop()]);
    const before = processes.map((process) => linesOf(process).length);

    const startedAt = Date.now();
    let refused = 0;
    while (Date.now() - startedAt < outageMs) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '+27820001234' })),
      );
      refused += answers.filter(({ status }) => status === 503).length;
    }
    const seconds = (Date.now() - startedAt) / 1_000;

    // Enough of them to fill a disk, were there a line for each.
    expect(refused / seconds).toBeGreaterThan(5 * linesPerSecondMax);
    processes.forEach((process, p) => {
      const lines = linesOf(process).slice(before[p]);
      console.log(`  ${process.name}: ${lines.length} lines in ${seconds.toFixed(0)} s, ${refused} requests refused`);
      expect([process.name, lines.some((line) => line.includes('"level":"error"'))]).toEqual([process.name, true]);
      expect([process.name, lines.length / seconds]).toEqual([process.name, expect.toSatisfy(isLittle)]);
    });
    // Nothing is hidden: what was left out is counted.
    expect(linesOf(redial.api).some((line) => line.includes('repeatsLeftOut'))).toBe(true);
  });
});

function isLittle(linesPerSecond: number): boolean {
  return linesPerSecond <= linesPerSecondMax;
}
