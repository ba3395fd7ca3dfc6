import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Redial, startRedial } from '../../support/redial.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

const access = { username: 'redial', secret: 'redial-local' };
let redis: TestRedis;
let pbx: Simulator;
beforeAll(async () => {
  redis = await startTestRedis();
  pbx = await startSimulator(access);
});
afterAll(async () => {
  await pbx?.stop();
  await redis?.stop();
});

describe.each(['full', 'unread'] as const)('all three processes, their log %s', (output) => {
  let redial: Redial;
  beforeAll(async () => {
    redial = await startRedial({
      redisUrl: redis.url,
      pbxs: [{ name: 'main', host: pbx.host, port: pbx.port, ...access }],
      output,
      env: { REDIAL_DRAIN_SECONDS: '1' },
    });
  });
  afterAll(() => redial?.stop());

  it('start, place calls, count the lines that are lost, and drain', async () => {
    const call = { dial1: '1001', dial2: '1002', talkLimitSeconds: 1 };
    const { status, body } = await redial.request('POST', '/v1/calls', call);
    expect(status).toBe(202);
    // More lines than a pipe and the waiting buffer hold together.
    const answers = new Set<number>();
    for (let n = 0; n < 200; n++) {
      const crowd = await Promise.all(
        Array.from({ length: 25 }, () => redial.request('GET', `/v1/calls/${'x'.repeat(200)}`)),
      );
      for (const { status } of crowd) answers.add(status);
    }
    expect([...answers]).toEqual([404]);
    const lost = async () =>
      Number(/^redial_log_lines_lost_total\{.*\} (\d+)$/m.exec((await redial.request('GET', '/metrics')).body)?.[1]);
    await expect.poll(lost, { timeout: 5_000 }).toBeGreaterThan(100);

    expect(await redial.inbox.next(body.id)).toMatchObject([{ disposition: 'answered' }]);
    const ends = await Promise.all([redial.api, redial.dialer, redial.results].map((process) => process.stop()));
    expect(ends).toEqual([0, 0, 0]);
  });
});
