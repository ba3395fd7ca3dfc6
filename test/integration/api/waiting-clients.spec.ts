import { createIds } from '@redial/platform';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { dial, settle } from './dialed.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** Clients that hold their connection open for dial1's outcome, and references that belong to one call: by dialup, which has both. */
const account = { user: 'crm', pass: 'hush-hush', org: 'acme' };
const tenant = { dialects: { dialup: { user: account.user, password: account.pass, org: account.org } } };
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

const urlOf = (more: Readonly<Record<string, string>>) =>
  `/API/dialup.php?${new URLSearchParams({ ...account, dial1: '1001', dial2: '0820001234', RFormat: 'json', ...more })}`;
const place = (more: Readonly<Record<string, string>> = {}) =>
  api.send('GET', urlOf(more), undefined, { apiKey: null });
const wait = () => place({ Response: 'yes' });

/** The calls that there are, newest first, once there are so many. */
async function calls(count: number): Promise<string[]> {
  const list = async (): Promise<string[]> => {
    const { body } = await api.send('GET', '/v1/calls');
    return body.calls.map(({ id }: { id: string }) => id);
  };
  await expect.poll(async () => (await list()).length).toBe(count);
  return list();
}

describe('a client that waits', () => {
  it('is told that dial1 has answered, as soon as it has', async () => {
    const asked = wait();
    const [id = ''] = await calls(1);
    const attempt = await dial(api, id);
    await api.store.recordProgress(attempt.id, 'answered', Date.now());
    expect(await asked).toMatchObject({ status: 200, body: { status: 'ok' } });
  });

  it('is told why dial1 has not', async () => {
    const asked = wait();
    const [id = ''] = await calls(1);
    await settle(api, await dial(api, id), { dial1Hangup: { cause: 17, at: Date.now() } });
    expect(await asked).toMatchObject({ status: 200, body: { status: 'fail', reason: 'Busy' } });
  });

  it('is told that nothing is known yet, where the process ends', async () => {
    const asked = wait();
    await calls(1);
    const ended = api.stop();
    expect(await asked).toMatchObject({ status: 503, body: { status: 'pending' } });
    expect(await ended).toBe(0);
  });

  it('is refused where enough wait, and nothing is accepted, until one has gone', async () => {
    const leaving = new AbortController();
    const first = fetch(api.url + urlOf({ Response: 'yes' }), { signal: leaving.signal });
    const second = wait();
    const [id = ''] = await calls(2);
    const refused = await wait();
    expect([refused.status, refused.headers.get('retry-after'), refused.body.status]).toEqual([503, '5', 'fail']);
    expect(await calls(2)).toContain(id);

    // Who does not wait is not in the way.
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

describe('a reference that belongs to an open call', () => {
  /** YYYYMMDDhhmm in Johannesburg, two hours ahead of UTC. */
  const tomorrow = new Date(Date.now() + 26 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 12);
  const future = (ident: string, more = {}) =>
    place({ Date: tomorrow, Maxretry: '1', Retrytime: '60', ident, ...more });

  it('gives the same answer again, and enqueues nothing', async () => {
    const ident = createIds().callId();
    const [first, second] = [await future(ident), await future(ident, { dial2: '0820009999' })];
    expect(second.body).toEqual(first.body);
    const { body } = await api.send('GET', `/v1/calls?reference=${ident}`);
    expect(body.calls).toHaveLength(1);
  });

  it('gives the same answer once its Date has passed too, as long as the call is open', async () => {
    const passed = { Date: '202001011200' };
    expect(await future('passed', passed)).toMatchObject({ status: 400, body: { reason: 'Date: is in the past' } });
    const first = await future('passed');
    expect(await future('passed', passed)).toMatchObject({ status: 200, body: first.body });
    expect(await future('passed', { ...passed, Maxretry: 'x' })).toMatchObject({ status: 400 });
    const [id = ''] = await calls(1);
    expect((await api.send('POST', `/v1/calls/${id}/cancel`)).status).toBe(200);
    expect(await future('passed', passed)).toMatchObject({ status: 400 });
    await calls(1);
  });

  it('is one call, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => future('at-once')));
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
