import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { connectRedis, type Redis, redisReady } from '@redial/platform';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { oneOfEach } from '../../support/one-of-each.ts';
import { type Redial, startRedial } from '../../support/redial.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { vendorTenant } from '../../support/vendors.ts';
import { redisFaults, redisOptions } from './redis-faults.ts';

/** No client waits longer for its 503: a connection that owes a reply is closed after ten seconds. */
const answeredWithinMs = 15_000;
const waiting = { timeout: 30_000, interval: 50 };

let redis: TestRedis;
let admin: Redis;
let pbx: Simulator;
let redial: Redial;
/** Every call that was ever accepted. */
const accepted: string[] = [];

beforeAll(async () => {
  redis = await startTestRedis(redisOptions);
  admin = connectRedis({ url: redis.url, role: 'worker' });
  await redisReady(admin, 10_000);
  const access = { username: 'redial', secret: 'redial-local' };
  pbx = await startSimulator(access);
  pbx.setBehaviour(/^/, { kind: 'answers', talkMs: 5 });
  // The agent stays until the other side hangs up.
  pbx.setBehaviour('1001', { kind: 'answers' });
  redial = await startRedial({
    redisUrl: redis.url,
    pbxs: [{ name: 'main', host: pbx.host, port: pbx.port, ...access }],
    tenant: vendorTenant,
    env: { REDIAL_DURABILITY: 'fsync' },
  });
});
afterAll(async () => {
  await redial?.stop();
  await pbx?.stop();
  admin?.disconnect();
  await redis?.stop();
});

/** Places a call and resolves to its id. */
async function accept(call: object): Promise<string> {
  const { status, body } = await redial.request('POST', '/v1/calls', { dial1: '1001', ...call });
  expect([status, body]).toEqual([202, expect.anything()]);
  accepted.push(body.id);
  return body.id;
}

async function everyCall(): Promise<string[]> {
  const { status, body } = await redial.request('GET', '/v1/calls?limit=200');
  expect(status).toBe(200);
  return body.calls.map((call: { id: string }) => call.id);
}

/** The one CDR of a call whose phone rang once. */
async function expectDialledOnce(id: string, number: string): Promise<void> {
  const cdrs = await redial.inbox.next(id, 1, 60_000);
  expect(cdrs).toMatchObject([{ callId: id, connected: true }]);
  expect(pbx.phones.invitesTo(number)).toHaveLength(1);
}

describe.each(redisFaults)('while Redis is $name', ({ begin, end, readyz }) => {
  const n = redisFaults.findIndex((fault) => fault.begin === begin);
  const [due, talking, after] = ['1', '2', '3'].map((which) => `2782000${which}00${n}`) as [string, string, string];
  let dueAt: number;
  let dueCall: string;
  let talkingCall: string;

  it('given a call that talks and one that falls due, when requests come, then nothing is accepted, and each dialect answers that in its own words', async () => {
    pbx.setBehaviour(talking, { kind: 'answers', talkMs: 3_000 });
    dueAt = Date.now() + 4_000;
    dueCall = await accept({ dial2: `+${due}`, notBefore: new Date(dueAt).toISOString() });
    talkingCall = await accept({ dial2: `+${talking}` });
    await pbx.phones.waitForInvite(({ user }) => user === talking, 20_000);
    await begin(redis, admin);
    expect(Date.now()).toBeLessThan(dueAt);

    const askedAt = Date.now();
    const [single, keyed, batch, ...vendors] = await Promise.all([
      redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '+27820009999', reference: 'meanwhile' }),
      redial.request('POST', '/v1/calls', { dial1: '1001', dial2: '+27820009999' }, { 'idempotency-key': `k${n}` }),
      redial.request('POST', '/v1/calls/batch', { calls: [{ dial1: '1001', dial2: '+27820009999' }] }),
      ...oneOfEach.map(({ ask }) => ask(redial, `meanwhile-${n}`)),
    ]);
    expect(Date.now() - askedAt).toBeLessThan(answeredWithinMs);
    for (const { status, headers, body } of [single, keyed, batch]) {
      expect([status, headers.get('retry-after')]).toEqual([503, '5']);
      expect(body.type).toBe('urn:redial:problem:storage_unavailable');
    }
    oneOfEach.forEach(({ vendor, refused }, v) => {
      const answer = vendors[v];
      expect([vendor, answer?.status, answer?.headers.get('retry-after')]).toEqual([vendor, 503, '5']);
      expect(answer?.body).toMatchObject(refused as object);
    });
  });

  it('and /readyz names it', async () => {
    await vi.waitFor(async () => {
      const { status, body } = await redial.request('GET', '/readyz/accepting');
      expect(status).toBe(503);
      expect(body.checks.redis).toMatch(readyz);
    }, waiting);
  });

  it('and nothing is dialled meanwhile, though a call becomes due and another ends', async () => {
    // For the duration of the fault, and until the due instant is well past.
    await vi.waitFor(() => expect(Date.now()).toBeGreaterThan(dueAt + 1_500), waiting);
    expect(pbx.phones.invitesTo(due)).toEqual([]);
    expect(redial.inbox.of(talkingCall)).toEqual([]);
  });

  it('and afterwards refused calls do not exist, accepted calls are dialled once, and Redial continues', async () => {
    await end(redis, admin);
    await redial.ready();
    expect((await everyCall()).toSorted()).toEqual(accepted.toSorted());
    await expectDialledOnce(talkingCall, talking);
    await expectDialledOnce(dueCall, due);
    await expectDialledOnce(await accept({ dial2: `+${after}` }), after);
    expect((await everyCall()).toSorted()).toEqual(accepted.toSorted());
    expect(pbx.phones.invitesTo('27820009999')).toEqual([]);
  });
});

describe('SIGTERM while Redis is dead', () => {
  beforeAll(() => redis.kill());

  it.each(['dialer', 'results', 'api'] as const)('the %s drains and ends by itself', async (kind) => {
    expect(await redial[kind].stop()).toBe(0);
    expect(redial[kind].log()).toContain('"msg":"drained"');
  });
});
