import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from '../api/running-api.ts';
import { type RawAnswer, sendRaw } from './raw-http.ts';

/**
 * click2dial without a key: `dialects.click2dial.keyless` lists the sources. Only the connection's own address counts,
 * not the headers.
 */
const fields = { agent: '1001', callee: '0820001234', outbound_id: '27110001111' };
const query = new URLSearchParams(fields).toString();
type Headers = Readonly<Record<string, string>>;

const ways: readonly (readonly [name: string, send: (api: RunningApi, headers?: Headers) => Promise<RawAnswer>])[] = [
  [
    'POST /click2dial/calls',
    (api, headers) =>
      sendRaw(api.url, {
        method: 'POST',
        target: '/click2dial/calls',
        headers: { 'Content-Type': 'application/json', ...headers },
        body: JSON.stringify(fields),
      }),
  ],
  ['GET /call.php', (api, headers = {}) => sendRaw(api.url, { method: 'GET', target: `/call.php?${query}`, headers })],
  [
    'POST /call.php',
    (api, headers) =>
      sendRaw(api.url, {
        method: 'POST',
        target: '/call.php',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
        body: query,
      }),
  ],
];

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());

/** An API whose tenant acme is open to these sources. */
function apiKeyless(keyless: unknown): () => RunningApi {
  let api: RunningApi;
  beforeAll(async () => {
    api = await startApi({
      redisUrl: redis.url,
      tenant: { dialects: { click2dial: keyless === undefined ? {} : { keyless } } },
    });
  });
  afterAll(() => api?.stop());
  return () => api;
}

const listed = apiKeyless({ ipAllowList: ['127.0.0.1'] });
const notListed = apiKeyless({ ipAllowList: ['10.0.0.0/8', '127.0.0.2', '::1'] });
const withHost = apiKeyless({ ipAllowList: ['127.0.0.0/8', '::1'], host: 'acme.dialer.example' });
const closed = apiKeyless(undefined);

async function expectRefused(api: RunningApi, answer: Promise<RawAnswer>, status: 401 | 403): Promise<void> {
  const before = await api.keys();
  const { status: given, body } = await answer;
  expect(given).toBe(status);
  expect(JSON.parse(body)).toEqual({ success: false, message: expect.any(String), errors: [] });
  expect(await api.keys()).toEqual(before);
}

describe.each(ways)('%s without a key', (_name, send) => {
  describe('given the caller’s address is listed', () => {
    const api = listed;

    it('then the call is the tenant’s', async () => {
      const { status, body } = await send(api());
      expect(status).toBe(200);
      const { call_ref } = JSON.parse(body);
      const { body: call } = await api().send('GET', `/v1/calls/${call_ref}`);
      expect(call).toMatchObject({ id: call_ref, dialect: 'click2dial', dial2: { number: '+27820001234' } });
    });

    it.each([
      ['Origin', 'http://evil.example'],
      ['Origin', 'null'],
      ['Referer', 'http://evil.example/page'],
      ['Sec-Fetch-Site', 'cross-site'],
      ['Sec-Fetch-Site', 'same-site'],
    ])('then a request that a browser marks %s: %s is refused', async (name, value) => {
      await expectRefused(api(), send(api(), { [name]: value }), 403);
    });

    it.each([
      ['X-API-Key', 'wrong'],
      ['X-API-Key', 'a b'],
      ['X-API-Key', 'k'.repeat(600)],
      ['X-API-Key', 'kl\u00e9'],
      ['Authorization', 'Bearer wrong'],
      ['Authorization', 'Bearer wrong key'],
      ['Authorization', 'Bearer'],
      ['Authorization', `bearer ${'k'.repeat(600)}`],
    ])('then a wrong key is a wrong key, whatever it looks like: %s: %s', async (name, value) => {
      await expectRefused(api(), send(api(), { [name]: value }), 401);
    });

    it('then a request with two Host headers is refused', async () => {
      const before = await api().keys();
      expect((await send(api(), { 'X-One: 1\r\nHost': 'evil.example' })).status).toBe(400);
      expect(await api().keys()).toEqual(before);
    });
  });

  describe('given the caller’s address is not listed', () => {
    const api = notListed;

    it('then it is refused', async () => {
      await expectRefused(api(), send(api()), 401);
    });

    it.each(['X-Forwarded-For', 'Forwarded', 'X-Real-IP', 'Client-IP', 'True-Client-IP'])(
      'then %s does not change its source',
      async (name) => {
        const value = name === 'Forwarded' ? 'for=10.0.0.1' : '10.0.0.1';
        await expectRefused(api(), send(api(), { [name]: value }), 401);
      },
    );
  });
});

it('a list of keys is no key', async () => {
  const target = `/call.php?${query}&api_key=a&api_key=b`;
  await expectRefused(listed(), sendRaw(listed().url, { method: 'GET', target, headers: {} }), 401);
});

describe('a host name beside the address', () => {
  const api = withHost;
  const [, get] = ways[1] as (typeof ways)[number];

  it.each(['acme.dialer.example', 'ACME.dialer.example:8080'])(
    'given %s, then the call is the tenant’s',
    async (Host) => {
      expect((await get(api(), { Host })).status).toBe(200);
    },
  );

  it.each(['globex.dialer.example', 'acme.dialer.example.evil.example', '', 'acme.dialer.example@evil'])(
    'given %j, then it is refused',
    async (Host) => {
      expect((await get(api(), { Host })).status).toBe(401);
    },
  );
});

describe('everything else', () => {
  it('given no source is listed, then a key is needed', async () => {
    for (const [, send] of ways) await expectRefused(closed(), send(closed()), 401);
  });

  it('given the caller’s address is listed, then /v1 still needs a key', async () => {
    const { status } = await listed().send('POST', '/v1/calls', { dial1: '1001', dial2: '1002' }, { apiKey: null });
    expect(status).toBe(401);
    expect((await listed().send('GET', '/v1/calls', undefined, { apiKey: null })).status).toBe(401);
  });
});
