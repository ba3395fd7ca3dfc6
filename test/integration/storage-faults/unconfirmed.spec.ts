import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import type { LocalRedis, LocalRedisSentinel } from '@redial/servers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Redial, startRedial } from '../../support/redial.ts';
import { startTestRedisSentinel } from '../../support/redis-setups.ts';
import { act, vendorTenantOfOneTrunk } from '../../support/vendors.ts';

/** A failover, until every process is connected again. */
const patience = { timeout: 60_000, interval: 50 };

let sentinel: LocalRedisSentinel;
let pbx: Simulator;
let redial: Redial;
beforeAll(async () => {
  sentinel = await startTestRedisSentinel();
  const access = { username: 'redial', secret: 'redial-local' };
  pbx = await startSimulator(access);
  pbx.setBehaviour(/^/, { kind: 'answers', talkMs: 5 });
  // The agent stays until the other side hangs up.
  pbx.setBehaviour('1001', { kind: 'answers' });
  redial = await startRedial({
    redisUrl: sentinel.url,
    pbxs: [{ name: 'main', host: pbx.host, port: pbx.port, ...access }],
    tenant: { ...vendorTenantOfOneTrunk, trunks: ['carrier'] },
    env: { REDIAL_DURABILITY: 'fsync', REDIAL_REPLICAS: '1' },
  });
});
afterAll(async () => {
  await redial?.stop();
  await pbx?.stop();
  await sentinel?.stop();
});

/** `dial2`: without the plus. */
const place = (dial2: string, more: object = {}, headers: Record<string, string> = {}) =>
  redial.request('POST', '/v1/calls', { dial1: '1001', dial2: `+${dial2}`, reference: dial2, ...more }, headers);

async function accept(dial2: string, more: object = {}): Promise<string> {
  const { status, body } = await place(dial2, more);
  expect([status, body]).toEqual([202, expect.anything()]);
  return body.id;
}

const invites = (dial2: string) => pbx.phones.invitesTo(dial2).length;

async function stateOf(id: string): Promise<string> {
  const { status, body } = await redial.request('GET', `/v1/calls/${id}`);
  return status === 200 ? body.state : String(status);
}

/** The calls of one reference, the newest first. */
async function callsOf(reference: string): Promise<{ readonly id: string; readonly state: string }[]> {
  return (await redial.request('GET', `/v1/calls?reference=${reference}`)).body.calls;
}

/** The states of all calls to dial2, the newest first. */
async function statesTo(dial2: string): Promise<string[]> {
  const { body } = await redial.request('GET', '/v1/calls?limit=200');
  return body.calls
    .filter((call: { dial2: { number?: string } }) => call.dial2.number === `+${dial2}`)
    .map(({ state }: { state: string }) => state);
}

async function expectDialledOnce(id: string, dial2: string): Promise<void> {
  await expect.poll(() => stateOf(id).catch(String), patience).toBe('completed');
  expect(invites(dial2)).toBe(1);
}

describe('given REDIAL_REPLICAS=1 and two replicas', () => {
  it('when it starts, then /readyz and the log state the promise that holds', async () => {
    const promise =
      'every acceptance is on disk and on 1 replica before its 202, every claim before its Originate, every end before its CDR goes out (appendfsync always)';
    for (const path of ['/readyz', '/readyz/accepting']) {
      expect((await redial.request('GET', path)).body).toMatchObject({ ready: true, details: { durability: promise } });
    }
    for (const { log } of [redial.api, redial.dialer]) expect(log()).toContain(`durability: ${promise}`);
  });

  it('when neither confirms, then nothing is accepted, nothing is dialled, and afterwards accepted calls are dialled once', async () => {
    const retryPolicy = { networkBudget: { delaySeconds: 1 } };
    // A dialer that has confirmed a claim does not query Redis before the next one.
    const first = '27820001000';
    await expectDialledOnce(await accept(first), first);
    const [due, refused, keyed, drawn] = ['27820001001', '27820001002', '27820001003', '27820001004'] as const;
    const originate = () =>
      act.put(redial, {
        ...{ caller: '1001', callee: drawn, context: 'main_routing' },
        ...{ caller_id: '27110001111', trunk_name: 'carrier' },
      });
    const notBefore = new Date(Date.now() + 2_000).toISOString();
    const dueCall = await accept(due, { notBefore, retryPolicy });
    const replicas = await followers();
    for (const replica of replicas) await replica.pause();

    const [single, withKey, ofVendor] = await Promise.all([
      place(refused),
      place(keyed, {}, { 'idempotency-key': 'k' }),
      originate(),
    ]);
    expect([ofVendor.status, ofVendor.headers.get('retry-after'), ofVendor.body.success]).toEqual([503, '5', 0]);
    for (const { status, headers, body } of [single, withKey]) {
      expect([status, headers.get('retry-after'), body.type]).toEqual([
        503,
        '5',
        'urn:redial:problem:storage_unavailable',
      ]);
    }
    // No repetition would find it, so it is rolled back. The other call stays for its repetition.
    await expect.poll(async () => (await callsOf(refused)).map(({ state }) => state), patience).toEqual(['canceled']);
    expect((await callsOf(keyed)).map(({ state }) => state)).toEqual(['queued']);
    // Redial drew its reference. A repetition draws another and never finds it.
    await expect.poll(() => statesTo(drawn), patience).toEqual(['canceled']);

    await expect.poll(() => redial.dialer.log(), patience).toContain('not sent: Redis did not confirm its claim');
    await expect
      .poll(async () => (await redial.request('GET', '/readyz/accepting')).body.checks.durability, patience)
      .toContain('REDIAL_REPLICAS is 1, but 0 replicas keep up');
    expect([due, refused, keyed, drawn].map(invites)).toEqual([0, 0, 0, 0]);
    // The end of that attempt is settled, and no sink gets a CDR that could be lost.
    await expect.poll(() => redial.results.log(), patience).toContain('not delivered: Redis did not confirm it');
    expect(redial.inbox.of(dueCall)).toEqual([]);

    for (const replica of replicas) await replica.resume();
    await redial.ready();
    await expectDialledOnce(dueCall, due);
    const reported = async () => (await redial.inbox.next(dueCall, 2)).map(({ disposition }) => disposition).toSorted();
    expect(await reported()).toEqual(['answered', 'not_sent']);
    const again = await place(keyed, {}, { 'idempotency-key': 'k' });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
    await expectDialledOnce(again.body.id, keyed);
    await expectDialledOnce(await accept(refused), refused);
    expect((await callsOf(refused)).map(({ state }) => state)).toEqual(['completed', 'canceled']);
    expect(await originate()).toMatchObject({ status: 200, body: { success: 1 } });
    await expect.poll(() => statesTo(drawn), patience).toEqual(['completed', 'canceled']);
    expect(invites(drawn)).toBe(1);
  }, 120_000);

  it('when the primary dies as soon as one call is accepted and another is dialled, then both are there, and dialled once', async () => {
    const [accepted, dialled] = ['27820001011', '27820001012'] as const;
    pbx.setBehaviour(dialled, { kind: 'answers', talkMs: 1_000 });
    const second = await accept(dialled);
    await pbx.phones.waitForInvite(({ user }) => user === dialled, 20_000);
    const first = await accept(accepted, { notBefore: new Date(Date.now() + 1_000).toISOString() });
    const primary = await sentinel.primary();
    await primary.kill();
    await sentinel.whenPromoted(primary);
    await expectDialledOnce(first, accepted);
    await expectDialledOnce(second, dialled);
  }, 120_000);
});

async function followers(): Promise<LocalRedis[]> {
  const primary = await sentinel.primary();
  return sentinel.servers.filter((server) => server !== primary);
}
