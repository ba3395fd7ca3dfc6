import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { type HostileWorld, startHostileWorld } from './hostile-world.ts';

/** Facts that a log and a dashboard must not show: the called numbers, and the keys. */
let world: HostileWorld;
/** In every form in which they were written or dialled. */
const numbers = {
  dial1: ['27820650001', '0820650001'],
  dial2: ['27820660002', '0820660002', '+27820660002'],
  busy: ['27820260003', '0820260003'],
  later: ['27820670004', '0820670004'],
  callerId: ['27110650005', '0110650005'],
  dial1CallerId: ['27110660006'],
  refused: ['0820990007', '2782099000777'],
  inPath: ['27820680008'],
} as const;
const allNumbers = Object.values(numbers).flat();
const webhookSecret = `whsec_${Buffer.from('a secret that a log must not hold').toString('base64')}`;
const form = { 'content-type': 'application/x-www-form-urlencoded' };

beforeAll(async () => {
  const sinks = [
    { type: 'redis-list', name: 'list', key: 'cdrs' },
    // No server listens there. The failure is logged, and kept with its job.
    { type: 'webhook', name: 'crm', url: 'http://127.0.0.1:9/cdrs', secret: webhookSecret },
  ];
  world = await startHostileWorld({ tenant: { sinks }, env: { REDIAL_LOG_LEVEL: 'trace' } });
  const { redial, simulator } = world;
  simulator.setBehaviour(numbers.busy[0], { kind: 'refuses', sipCode: 486 });
  const { apiKey } = redial;
  const post = (body: unknown) => redial.request('POST', '/v1/calls', body);
  const click = { agent: '1001', callee: numbers.dial2[1], outbound_id: numbers.callerId[1], api_key: apiKey };
  const clickQuery = new URLSearchParams(click).toString();
  const noKey = { authorization: '' };

  const calls = [
    await post({ dial1: numbers.dial1[1], dial2: numbers.dial2[2], callerId: numbers.callerId[1] }),
    await post({
      dial1: '1001',
      dial2: numbers.busy[1],
      dial1CallerId: numbers.dial1CallerId[0],
      reference: numbers.dial2[0],
      headers: { dial1: { 'X-Customer': numbers.dial2[2] }, dial2: { 'X-Customer': numbers.dial2[0] } },
      variables: { CAMPAIGN: numbers.dial2[1] },
      retryPolicy: { maxRetries: 1, delaySeconds: 86_400 },
    }),
    await redial.request('GET', `/call.php?${clickQuery}`, undefined, noKey),
    await redial.request('POST', '/call.php', clickQuery, { ...noKey, ...form }),
    await redial.request('POST', '/click2dial/calls', click, noKey),
  ];
  const notBefore = new Date(Date.now() + 86_400_000).toISOString();
  const later = await post({ dial1: '1001', dial2: numbers.later[1], notBefore });
  expect([...calls, later].map(({ status }) => status)).toEqual([202, 202, 200, 200, 200, 202]);

  // Refused, by every API that repeats input.
  await post({ dial1: numbers.refused[1], dial2: numbers.refused[0], trunk: numbers.refused[0] });
  await redial.request('POST', '/v1/calls/batch', { calls: [{ dial1: numbers.refused[1] }] });
  await redial.request('GET', `/v1/calls?reference=${numbers.dial2[0]}&tenant=${numbers.dial2[1]}`);
  await redial.request('GET', `/v1/calls/${numbers.inPath[0]}`);
  await redial.request('GET', `/nowhere/${numbers.inPath[0]}`);
  await redial.request('GET', `/click2dial/recordings/${numbers.inPath[0]}?api_key=${apiKey}`, undefined, noKey);
  await redial.request('GET', `/call.php?agent=${numbers.refused[0]}&api_key=${apiKey}`, undefined, noKey);
  await redial.request('POST', '/v1/calls', `{"dial1":"${numbers.refused[0]}`);

  // One CDR each, and a delivery that sleeps until its second try.
  const settled = async () =>
    expect([await world.redis.llen('cdrs'), (await jobCounts(world.queues)).deliveries.delayed]);
  await vi.waitFor(async () => (await settled()).toEqual([calls.length, calls.length]), { timeout: 20_000 });
});
afterAll(() => world?.stop());

describe('the logs of the three processes, at the most detailed level', () => {
  it.each(['api', 'dialer', 'results'] as const)(
    'given calls of all kinds, then those of %s hold no number',
    (name) => {
      const log = world.redial[name].log();
      expect(log.length).toBeGreaterThan(200);
      expect(allNumbers.filter((number) => log.includes(number))).toEqual([]);
      // No other number either: a text of digits, or a channel.
      expect(log.match(/(["/]|sip:)\+?[0-9]{7,}["@]/g) ?? []).toEqual([]);
    },
  );

  it.each(['api', 'dialer', 'results'] as const)('given keys and secrets, then those of %s hold none', (name) => {
    const log = world.redial[name].log();
    for (const secret of [world.redial.apiKey, world.redial.adminLogin.password, webhookSecret, 'redial-local'])
      expect(log).not.toContain(secret);
  });

  it('given a call, then the log has its ids', () => {
    expect(world.redial.dialer.log()).toMatch(/"attemptId":"att_[0-9A-Z]{26}"/);
  });
});

describe('the contents of Redis', () => {
  it('given calls that wait, fail and end, then no job, and nothing that BullMQ keeps, holds a number', async () => {
    const kept = await contents(`${world.prefix}:dial`, `${world.prefix}:results`, `${world.prefix}:deliveries`);
    // Jobs, and BullMQ's streams of events. A settled result leaves no job.
    const hasJobs = (queue: string) => Object.keys(kept).some((key) => key.startsWith(`${world.prefix}:${queue}:att_`));
    expect([hasJobs('dial'), hasJobs('deliveries'), hasJobs('results')]).toEqual([true, true, false]);
    for (const queue of ['dial', 'results', 'deliveries'])
      expect(Object.keys(kept)).toContain(`${world.prefix}:${queue}:events`);
    for (const [key, content] of Object.entries(kept))
      expect([key, allNumbers.filter((number) => content.includes(number))]).toEqual([key, []]);
  });

  it('given any number, then no key is named after it', async () => {
    const names = Object.keys(await contents(''));
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => allNumbers.some((number) => name.includes(number)))).toEqual([]);
  });

  it('given an API key, in a header, a query or a form, then it is nowhere', async () => {
    for (const [key, content] of Object.entries(await contents('')))
      expect([key, content.includes(world.redial.apiKey)]).toEqual([key, false]);
  });
});

/** All keys that begin with one of these, with their contents, as text. */
async function contents(...prefixes: readonly string[]): Promise<Record<string, string>> {
  const { redis } = world;
  const names = (await redis.keys('*')).filter((name) => prefixes.some((prefix) => name.startsWith(prefix)));
  const read = names.map(async (name) => {
    switch (await redis.type(name)) {
      case 'string':
        return [name, (await redis.get(name)) ?? ''];
      case 'hash':
        return [name, JSON.stringify(await redis.hgetall(name))];
      case 'list':
        return [name, JSON.stringify(await redis.lrange(name, 0, -1))];
      case 'set':
        return [name, JSON.stringify(await redis.smembers(name))];
      case 'zset':
        return [name, JSON.stringify(await redis.zrange(name, '0', '-1'))];
      case 'stream':
        return [name, JSON.stringify(await redis.xrange(name, '-', '+'))];
      default:
        return [name, ''];
    }
  });
  return Object.fromEntries(await Promise.all(read));
}
