import { readFileSync } from 'node:fs';
import { startSimulator } from '@redial/pbx-simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPbx } from '../support/asterisk.ts';
import { type Redial, startRedial } from '../support/redial.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { place } from './world.ts';

/**
 * docs/reference/test-numbers.md, number by number: each does what the page states, on the simulated PBX and on the
 * real one.
 */
interface Row {
  readonly number: string;
  readonly does: string;
  readonly dispositions: readonly string[];
  readonly sip: number | null;
}

const page = readFileSync(new URL('../../docs/reference/test-numbers.md', import.meta.url), 'utf8');
const rowsBelow = (heading: string): Row[] => {
  const section = page.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `(\d+)` \| (.+?) \| ([a-z_, ]+) \| (\d+|—) \|$/gm)].map(
    ([, number = '', does = '', dispositions = '', sip]) => ({
      number,
      does,
      dispositions: dispositions.split(', '),
      sip: sip === '—' ? null : Number(sip),
    }),
  );
};
const rows = [
  ...rowsBelow('As dial2').map((row) => ({ ...row, leg: 'dial2' as const })),
  ...rowsBelow('As dial1').map((row) => ({ ...row, leg: 'dial1' as const })),
];

it('the page has rows of both kinds', () => {
  expect(rows.filter(({ leg }) => leg === 'dial2').length).toBeGreaterThanOrEqual(18);
  expect(rows.filter(({ leg }) => leg === 'dial1').length).toBeGreaterThanOrEqual(10);
});

const pbxs = {
  async simulator() {
    const login = { username: 'redial', secret: 'test-numbers' };
    const simulator = await startSimulator({ host: '127.0.0.1', port: 0, ...login, talkMs: 3_000 });
    return { ami: { host: simulator.host, port: simulator.port, ...login }, stop: () => simulator.stop() };
  },
  async asterisk() {
    const pbx = await startTestPbx();
    return { ami: pbx.asterisk.ami, stop: () => pbx.stop() };
  },
};

describe.each(['simulator', 'asterisk'] as const)('given the %s', (kind) => {
  let redis: TestRedis;
  let pbx: Awaited<ReturnType<(typeof pbxs)[typeof kind]>>;
  let redial: Redial;
  const placed = new Map<Row, string>();
  beforeAll(async () => {
    [redis, pbx] = await Promise.all([startTestRedis(), pbxs[kind]()]);
    redial = await startRedial({ redisUrl: redis.url, pbxs: [{ name: 'main', ...pbx.ami }] });
    // All at once, each with its own agent or customer.
    for (const [n, row] of rows.entries()) {
      const sides =
        row.leg === 'dial2'
          ? { dial1: `10${10 + n}`, dial2: row.number }
          : { dial1: row.number, dial2: `08200012${10 + n}` };
      const retryPolicy = { maxRetries: row.dispositions.length - 1, delaySeconds: 0 };
      const patience = { dial1RingTimeoutSeconds: 7, dial2RingTimeoutSeconds: 7, talkLimitSeconds: 8 };
      placed.set(row, await place({ redial }, { ...sides, ...patience, retryPolicy }));
    }
  });
  afterAll(async () => {
    await redial?.stop();
    await Promise.all([pbx?.stop(), redis?.stop()]);
  });

  it.each(rows)('when $number is dialled as $leg, then it $does: $dispositions', async (row) => {
    const cdrs = await redial.inbox.next(placed.get(row) ?? '', row.dispositions.length);
    const ended = cdrs.slice(0, row.dispositions.length);
    expect(ended.map((cdr) => cdr.disposition)).toEqual(row.dispositions);
    expect(ended.map((cdr) => cdr[row.leg].disposition)).toEqual(row.dispositions);
    if (row.sip !== null) expect(ended.map((cdr) => cdr[row.leg].sipCode)).toEqual([row.sip]);
  });
});
