import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { act, credentials, dialup, type Fields, originateCall, vendorTenant } from '../../support/vendors.ts';
import { clientOf, type RunningApi, startApi } from './running-api.ts';

/** Wrong credentials, from one address, one request after the other. */
const { dialects } = vendorTenant;
const perMinute = 3;
const metricsToken = 'a-token-for-metrics';
let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis?.stop());

const start = (more: Fields = {}, env: Readonly<Record<string, string>> = {}) =>
  startApi({
    redisUrl: redis.url,
    tenant: {
      trunks: ['carrier'],
      dialects: {
        dialup: dialects.dialup,
        'originate-call': dialects['originate-call'],
        'call-originate-act': { ...credentials.act, contexts: {}, ...more },
      },
    },
    env: { REDIAL_FAILED_LOGINS_PER_MINUTE: String(perMinute), REDIAL_METRICS_TOKEN: metricsToken, ...env },
  });

const click = { agent: '1001', callee: '0820001234', outbound_id: '27110001111' };
const numbers = { dial1: '1001', dial2: '0820001234' };

const visit = (api: RunningApi, path: string, authorization: string) =>
  api.send('GET', path, undefined, { apiKey: null, headers: { authorization } });
const basic = (user: string, password: string) => `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

/**
 * Each API, and every other login: a request with wrong credentials, one with right ones, and its words for too many
 * failures.
 */
const ways: readonly (readonly [
  name: string,
  wrong: (api: RunningApi) => Promise<{ status: number; headers: Headers; text: string }>,
  right: (api: RunningApi) => Promise<{ status: number }>,
  words: string,
])[] = [
  [
    '/v1',
    (api) => api.send('POST', '/v1/calls', numbers, { apiKey: 'wrong' }),
    (api) => api.send('POST', '/v1/calls', numbers),
    'urn:redial:problem:too_many_requests',
  ],
  [
    'click2dial',
    (api) => api.send('POST', '/click2dial/calls', click, { apiKey: 'wrong' }),
    (api) => api.send('POST', '/click2dial/calls', click),
    '"success":false',
  ],
  [
    'dialup',
    (api) => dialup.get(clientOf(api), numbers, { ...credentials.dialup, pass: 'wrong' }) as never,
    (api) => dialup.get(clientOf(api), numbers),
    'FAIL: ',
  ],
  [
    'originate-call',
    (api) => originateCall.form(clientOf(api), {}, { ...credentials.originateCall, apiKey: 'wrong' }) as never,
    // The request itself has faults, but its credentials are right.
    async (api) => {
      const { status, ...answer } = await originateCall.form(clientOf(api), {});
      return { ...answer, status: status === 400 ? 200 : status };
    },
    '"has_error":true',
  ],
  [
    'call/originate/act',
    (api) => act.put(clientOf(api), {}, { ...credentials.act, password: 'wrong' }) as never,
    (api) => act.put(clientOf(api), {}),
    '"success":0',
  ],
  [
    'the dashboard',
    (api) => visit(api, '/admin/queues/', basic(api.admin.user, 'wrong')),
    (api) => visit(api, '/admin/queues/', basic(api.admin.user, api.admin.password)),
    'urn:redial:problem:too_many_requests',
  ],
  [
    '/metrics',
    (api) => visit(api, '/metrics', 'Bearer wrong'),
    (api) => visit(api, '/metrics', `Bearer ${metricsToken}`),
    'urn:redial:problem:too_many_requests',
  ],
];

/** Random keys cannot be guessed, so right ones are always accepted. */
const byKeyAlone = ['/v1', 'click2dial'];

describe.each(ways)('%s', (name, wrong, right, words) => {
  const isGuarded = !byKeyAlone.includes(name);
  it(`refuses them as too many from the limit on, and then ${isGuarded ? 'right ones just so' : 'lets right ones in'}`, async () => {
    const api = await start();
    try {
      const before = await api.keys();
      for (let n = 0; n < perMinute; n += 1) expect((await wrong(api)).status).toBe(401);
      const refused = await wrong(api);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.text).toContain(words);
      expect(await api.keys()).toEqual(before);
      if (!isGuarded) return expect((await right(api)).status).toBeLessThan(300);
      const [held, alike] = [await right(api), await wrong(api)] as Awaited<ReturnType<typeof wrong>>[];
      expect([held?.status, alike?.status]).toEqual([429, 429]);
      expect(Number(held?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(namesOf(held?.headers)).toEqual(namesOf(alike?.headers));
    } finally {
      await api.stop();
    }
  });

  it('accepts right ones at any time if the address is trusted', async () => {
    const api = await start({}, { REDIAL_LOGIN_SOURCES: '192.0.2.7, 127.0.0.0/8' });
    try {
      for (let n = 0; n <= perMinute; n += 1) await wrong(api);
      expect((await wrong(api)).status).toBe(429);
      expect((await right(api)).status).toBeLessThan(300);
    } finally {
      await api.stop();
    }
  });
});

const namesOf = (headers?: Headers) => [...(headers?.keys() ?? [])].toSorted();

describe('an account with guessed passwords', () => {
  const wrongDialup = (api: RunningApi) => dialup.get(clientOf(api), numbers, { ...credentials.dialup, pass: 'wrong' });
  const rightDialup = (api: RunningApi) => dialup.get(clientOf(api), numbers);
  const counters = (api: RunningApi, kind = '') =>
    api.redis.keys(`${api.prefix.replaceAll(/[{}]/g, '\\$&')}:failed-logins:${kind}*`);
  const held = async (api: RunningApi) => {
    const keys = await counters(api, 'held:');
    return Promise.all(keys.map(async (key) => ({ key, ms: await api.redis.pttl(key) })));
  };

  it('is locked twice as long each time, and is accepted when that is over; another account and a key are accepted meanwhile', async () => {
    const api = await start();
    try {
      for (const longest of [60_000, 120_000, 240_000, 480_000, 900_000, 900_000]) {
        while ((await wrongDialup(api)).status !== 429);
        const [hold, ...more] = await held(api);
        expect(more).toEqual([]);
        expect(hold?.ms).toBeLessThanOrEqual(longest);
        expect(hold?.ms).toBeGreaterThan(longest - 15_000);
        expect((await rightDialup(api)).status).toBe(429);
        expect((await act.put(clientOf(api), {})).status).toBe(200);
        expect((await api.send('GET', '/v1/calls')).status).toBe(200);
        // Deletes the key, as its expiry would.
        await api.redis.del(hold?.key ?? '');
      }
      expect((await rightDialup(api)).status).toBe(200);
    } finally {
      await api.stop();
    }
  });

  it('keeps a bounded number of keys in Redis for any number of names, and all of them expire', async () => {
    const api = await start();
    try {
      for (let n = 0; n < 50; n += 1)
        await dialup.get(clientOf(api), numbers, { user: `nobody-${n}`, pass: 'wrong', org: 'acme-org' });
      for (let n = 0; n < 5; n += 1) await wrongDialup(api);
      const keys = await counters(api);
      expect(keys.length).toBeLessThanOrEqual(4);
      for (const key of keys) expect(await api.redis.pttl(key)).toBeGreaterThan(0);
    } finally {
      await api.stop();
    }
  });

  it('with failures from many addresses is reported by a metric and the log', async () => {
    const api = await start();
    const from = (localAddress: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const query = new URLSearchParams({ ...credentials.dialup, ...numbers, pass: 'wrong' });
        request(`${api.url}/API/dialup.php?${query}`, { localAddress }, (response) => {
          response.resume().once('end', () => resolve(response.statusCode));
        })
          .once('error', reject)
          .end();
      });
    const metric = async () =>
      /redial_accounts_guessed_total\{.*\} \d+/.exec(
        (await visit(api, '/metrics', `Bearer ${metricsToken}`)).text,
      )?.[0];
    try {
      for (let n = 2; n <= 5; n += 1) expect(await from(`127.0.0.${n}`)).toBe(401);
      expect(await metric()).toBeUndefined();
      for (let n = 6; n <= 9; n += 1) expect(await from(`127.0.0.${n}`)).toBe(401);
      await expect.poll(metric, { timeout: 5_000 }).toBe('redial_accounts_guessed_total{api="dialup",process="api"} 1');
      expect(api.log()).toContain('an account is guessed at from many addresses');
      // It is accepted from an address without failures.
      expect((await rightDialup(api)).status).toBe(200);
    } finally {
      await api.stop();
    }
  });
});

it.each([
  ['and those of a recording too', ['/v1/calls', '/v1/recordings/x', '/click2dial/recordings/x'], '/v1/calls'],
  [
    'with those of the dashboard and of /metrics',
    ['/v1/calls', '/admin/queues/api/queues', '/metrics'],
    '/admin/queues',
  ],
])('are counted for all APIs together, %s', async (_, paths, another) => {
  const api = await start();
  try {
    for (const path of paths) expect((await api.send('GET', path, undefined, { apiKey: 'wrong' })).status).toBe(401);
    expect((await api.send('GET', another, undefined, { apiKey: 'wrong' })).status).toBe(429);
  } finally {
    await api.stop();
  }
});

it('are refused as wrong, and no client is locked out, while Redis is away', async () => {
  const own = await startTestRedis();
  const api = await startApi({ redisUrl: own.url, env: { REDIAL_FAILED_LOGINS_PER_MINUTE: '1' } });
  try {
    const wrong = () => api.send('GET', '/v1/calls', undefined, { apiKey: 'wrong' });
    await wrong();
    expect((await wrong()).status).toBe(429);
    await own.kill();
    await expect.poll(async () => (await wrong()).status).toBe(401);
    expect((await api.send('GET', '/v1/calls')).status).toBe(503);
    await own.restart();
    await expect.poll(async () => (await api.send('GET', '/v1/calls')).status, { timeout: 15_000 }).toBe(200);
  } finally {
    await api.stop();
    await own.stop();
  }
});

describe('ipAllowList', () => {
  it('refuses every other address, with right or wrong credentials, and counts only wrong ones', async () => {
    const api = await start({ ipAllowList: ['192.0.2.7', '2001:db8::/32'] });
    try {
      for (let n = 0; n <= perMinute; n += 1) {
        const { status, body } = await act.put(clientOf(api), {});
        expect([status, body.message]).toEqual([403, 'IP is not permitted']);
      }
      const wrong = await act.put(clientOf(api), {}, { ...credentials.act, password: 'wrong' });
      expect(wrong.status).toBe(401);
    } finally {
      await api.stop();
    }
  });

  it('accepts clients from its networks', async () => {
    const api = await start({ ipAllowList: ['192.0.2.7', '127.0.0.0/8'] });
    try {
      expect((await act.put(clientOf(api), {})).body.message).not.toBe('IP is not permitted');
    } finally {
      await api.stop();
    }
  });
});
