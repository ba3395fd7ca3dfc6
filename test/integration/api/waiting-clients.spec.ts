import type { CallId } from '@redial/call';
import { createIds } from '@redial/platform';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { dial, settle } from './dialed.ts';
import { type RunningApi, startApi } from './running-api.ts';

/**
 * Clients that hold their connection open for dial1's outcome, and references that belong to one call, by dialup, which
 * has both.
 */
const account = { user: 'crm', pass: 'hush-hush', org: 'acme' };
const dialup = { user: account.user, password: account.pass, org: account.org };
const tenant = {
  dialects: { dialup },
  services: [{ kind: 'announcement', name: 'offer', code: '*71', sound: 'redial-test' }],
};
let redis: TestRedis;
let api: RunningApi;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());
beforeEach(async () => {
  api = await startApi({ redisUrl: redis.url, tenant, env: { REDIAL_WAITING_MAX: '2' } });
});
afterEach(() => api?.stop());

type Fields = Readonly<Record<string, string>>;
const urlOf = (more: Fields) =>
  `/API/dialup.php?${new URLSearchParams({ ...account, dial1: '1001', dial2: '0820001234', RFormat: 'json', ...more })}`;
const place = (more: Fields = {}) => api.send('GET', urlOf(more), undefined, { apiKey: null });
const wait = () => place({ Response: 'yes' });

/** The existing calls, newest first, once there are `count`. */
async function calls(count: number): Promise<string[]> {
  const list = async (): Promise<string[]> => {
    const { body } = await api.send('GET', '/v1/calls');
    return body.calls.map(({ id }: { id: string }) => id);
  };
  await expect.poll(async () => (await list()).length).toBe(count);
  return list();
}

describe('a client that waits', () => {
  it('is answered as soon as dial1 has answered', async () => {
    const asked = wait();
    const [id = ''] = await calls(1);
    const attempt = await dial(api, id);
    await api.store.recordProgress(attempt.id, 'answered', Date.now());
    expect(await asked).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('gets the reason why dial1 has not answered', async () => {
    const asked = wait();
    const [id = ''] = await calls(1);
    await settle(api, await dial(api, id), { dial1Hangup: { cause: 17, at: Date.now() } });
    expect(await asked).toMatchObject({ status: 200, body: { status: 'fail', reason: 'Busy' } });
  });

  it('gets `pending` if the process ends', async () => {
    const asked = wait();
    await calls(1);
    const ended = api.stop();
    expect(await asked).toMatchObject({ status: 503, body: { status: 'pending' } });
    expect(await ended).toBe(0);
  });

  it('is refused if the maximum waits, and nothing is accepted, until one has gone', async () => {
    const leaving = new AbortController();
    const first = fetch(api.url + urlOf({ Response: 'yes' }), { signal: leaving.signal });
    const second = wait();
    const [id = ''] = await calls(2);
    const refused = await wait();
    expect([refused.status, refused.headers.get('retry-after'), refused.body.status]).toEqual([503, '5', 'fail']);
    expect(await calls(2)).toContain(id);

    // A request that does not wait is not affected.
    expect((await place()).status).toBe(200);
    leaving.abort();
    await expect(first).rejects.toThrow();
    const asked: Promise<unknown>[] = [second];
    const waits = async (): Promise<boolean> => {
      const third = wait();
      asked.push(third);
      return Promise.race([third.then(() => false), calls(4).then(() => true)]);
    };
    // The API sees the end of a connection a moment after the client.
    await expect.poll(waits).toBe(true);
    await api.stop();
    await Promise.all(asked);
  });
});

/** YYYYMMDDhhmm in Johannesburg, two hours ahead of UTC. */
const inHours = (hours: number) =>
  new Date(Date.now() + (2 + hours) * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 12);
const [tomorrow, inTwoDays] = [inHours(24), inHours(48)];

describe('a reference that belongs to an open call', () => {
  const future = (ident: string, more = {}) =>
    place({ Date: tomorrow, Maxretry: '1', Retrytime: '60', ident, ...more });

  const kept = async (ident: string): Promise<number> =>
    (await api.send('GET', `/v1/calls?reference=${ident}`)).body.calls.length;

  it('gets the same answer again, and enqueues nothing', async () => {
    const ident = createIds().callId();
    const first = await future(ident, { SetCID: '0110009999' });
    expect(first).toMatchObject({ status: 200, body: { status: 'ok' } });
    // The same values in another form. The options of the answer are not part of the call.
    const again = await future(ident, {
      dial2: '+27820001234',
      SetCID: '+27110009999',
      Timeout: '20',
      RFormat: 'text',
    });
    expect([again.status, again.text]).toEqual([200, 'OK']);
    expect(await kept(ident)).toBe(1);
  });

  it('refuses a different request, by the name of ident', async () => {
    const other: readonly (readonly [name: string, change: Fields, first?: Fields])[] = [
      ['Date', { Date: inTwoDays }],
      ['dial1', { dial1: '1002' }],
      ['dial1', { dial1: '0820005678,0820005679' }, { dial1: '0820005678', dial2: '*71' }],
      ['dial2', { dial2: '0820009999' }],
      ['SetCID', { SetCID: '0110009998' }],
      ['Timeout', { Timeout: '21' }],
      ['Maxretry', { Maxretry: '2' }],
      ['Retrytime', { Retrytime: '61' }],
    ];
    for (const [name, change, first = {}] of other) {
      const ident = createIds().callId();
      const changed = { ...first, ...change };
      expect((await future(ident, first)).body.status).toBe('ok');
      const { status, body } = await future(ident, changed);
      expect([status, body.status]).toEqual([400, 'fail']);
      expect(body.reason).toMatch(new RegExp(`^ident: .*\\b${name}\\b`));
      expect((await future(ident, { ...changed, RFormat: 'text' })).text).toMatch(/^FAIL: ident: /);
      const asXml = (await future(ident, { ...changed, RFormat: 'xml' })).text;
      expect(asXml).toContain('<status>fail</status><reason>ident: ');
      expect(await kept(ident)).toBe(1);
      expect((await future(ident, first)).body.status).toBe('ok');
    }
  });

  it('recognises a request whose call was moved since, by its first values', async () => {
    expect((await future('moved')).body.status).toBe('ok');
    const [id = ''] = await calls(1);
    for (const notBefore of [inTwoDays, new Date().toISOString()]) {
      const moved = await api.send('PATCH', `/v1/calls/${id}`, { notBefore }, { headers: { 'if-match': '*' } });
      expect(moved.status).toBe(200);
    }
    expect((await future('moved')).body.status).toBe('ok');
    expect((await future('moved', { Date: inTwoDays })).body.reason).toMatch(/^ident: .*Date/);
    await calls(1);
  });

  it('gets the same answer after its Date too, as long as the call is open', async () => {
    const passed = { Date: '202001011200' };
    expect(await future('passed', passed)).toMatchObject({ status: 400, body: { reason: 'Date: is in the past' } });
    const first = await future('passed');
    const [id = ''] = await calls(1);
    expect((await future('passed', passed)).body.reason).toMatch(/^ident: .*Date/);
    const found = await api.store.readCall(id as CallId);
    if (found === undefined) throw new Error('it was accepted');
    const request = { ...found.value.request, notBeforeAt: Date.UTC(2020, 0, 1, 10) };
    expect((await api.store.updateCall(found, { ...found.value, request })).ok).toBe(true);
    expect(await future('passed', passed)).toMatchObject({ status: 200, body: first.body });
    expect((await future('passed', { ...passed, dial2: '0820009999' })).body.reason).toMatch(/^ident: .*dial2/);
    expect(await future('passed', { ...passed, Maxretry: 'x' })).toMatchObject({ status: 400 });
    expect((await api.send('POST', `/v1/calls/${id}/cancel`)).status).toBe(200);
    expect(await future('passed', passed)).toMatchObject({ status: 400, body: { reason: 'Date: is in the past' } });
    await calls(1);
  });

  it('is one call for 50 simultaneous different requests, and 49 are refused', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => future('crowd', { dial2: `08200012${String(n).padStart(2, '0')}` })),
    );
    expect(answers.filter(({ body }) => body.status === 'ok')).toHaveLength(1);
    expect(answers.filter(({ body }) => body.reason.startsWith('ident: '))).toHaveLength(49);
    expect(await kept('crowd')).toBe(1);
  });

  it('is one call for any number of simultaneous requests', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => future('at-once')));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.status}`))).toEqual(new Set(['200 ok']));
    expect((await api.send('GET', '/v1/calls?reference=at-once')).body.calls).toHaveLength(1);
  });

  it('is free again once the call has ended', async () => {
    await future('again');
    const [id = ''] = await calls(1);
    expect((await api.send('POST', `/v1/calls/${id}/cancel`)).status).toBe(200);
    await future('again');
    await calls(2);
  });
});

describe('an ident that is the organisation’s', () => {
  const later = { Maxretry: '1', Retrytime: '60', ident: 'acme-org' };
  beforeEach(async () => {
    await api.stop();
    const dialects = { dialup: { ...dialup, ident: 'organization' } };
    api = await startApi({ redisUrl: redis.url, tenant: { ...tenant, dialects } });
  });

  it('identifies the client, and merges nothing', async () => {
    const requests = [{ dial2: '0820001234' }, { dial2: '0820001234' }, { dial2: '0820009999' }];
    const answers = await Promise.all(requests.map((more) => place({ Date: tomorrow, ...later, ...more })));
    expect(answers.map(({ body }) => body.status)).toEqual(['ok', 'ok', 'ok']);
    expect((await api.send('GET', '/v1/calls?reference=acme-org')).body.calls).toHaveLength(3);
  });

  it('may be sent with a request for now, and does not replace a Date', async () => {
    expect((await place({ ident: 'acme-org' })).body.status).toBe('ok');
    expect((await place({ ...later })).body.reason).toBe('Date: is required for a future call');
    expect((await place({ Date: '202001011200', ...later })).body.reason).toBe('Date: is in the past');
  });
});
