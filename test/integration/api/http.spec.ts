import { request as rawRequest } from 'node:http';
import { v1 } from '@redial/dialects';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from './running-api.ts';

const good = { dial1: '1001', dial2: '0820001234' };
let redis: TestRedis;
let api: RunningApi;

beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({
    redisUrl: redis.url,
    tenant: { quotas: { requestsPerMinute: 1_000 } },
    env: { REDIAL_METRICS_TOKEN: 'a-token-for-metrics' },
  });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

describe('authentication', () => {
  it.each([
    ['no key', {}],
    ['an unknown key', { authorization: 'Bearer nobody' }],
    ['a key under another scheme', { authorization: 'Basic bm9ib2R5OnNlY3JldA==' }],
    ['an empty key', { 'x-api-key': '' }],
    ['a very long key', { 'x-api-key': 'x'.repeat(5_000) }],
  ])('%s is refused, on every address', async (_name, headers) => {
    for (const { method, path } of v1.endpoints) {
      const answer = await api.send(
        method.toUpperCase(),
        path.replace('{id}', 'x'),
        method === 'get' ? undefined : good,
        { apiKey: null, headers },
      );
      expect(answer.status, `${method} ${path}`).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect(answer.body).toMatchObject({ type: 'urn:redial:problem:unauthenticated', status: 401 });
    }
    expect(await api.keys()).toEqual([]);
  });

  it('may send its key in X-API-Key', async () => {
    const answer = await api.send('GET', '/v1/calls', undefined, {
      apiKey: null,
      headers: { 'x-api-key': api.acmeKey },
    });
    expect(answer.status).toBe(200);
  });

  it('never has its key in the log', async () => {
    await api.send('GET', `/call.php?api_key=${api.acmeKey}`, undefined, { apiKey: null });
    expect(api.log()).not.toContain(api.acmeKey);
  });
});

describe('malformed requests', () => {
  it.each([
    ['DELETE', '/v1/calls', 'POST, GET, HEAD'],
    ['PUT', '/v1/calls/x', 'GET, HEAD, PATCH'],
    ['GET', '/v1/calls/batch/x', undefined],
    ['GET', '/v1/calls/x/cancel', 'POST'],
    ['POST', '/v1/deliveries', 'GET, HEAD'],
    ['PUT', '/call.php', 'GET, HEAD, POST'],
    ['GET', '/click2dial/calls', 'POST'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['POST', '/livez', 'GET, HEAD'],
    ['GET', '/v2/calls', undefined],
    ['GET', '/', undefined],
  ])('%s %s is answered with what there is', async (method, path, allow) => {
    const answer = await api.send(method, path);
    expect(answer.status).toBe(allow === undefined ? 404 : 405);
    expect(answer.headers.get('allow') ?? undefined).toBe(allow);
  });

  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/jsonp', 415],
    ['', 415],
    ['application/json; charset=utf-8', 202],
    ['Application/JSON', 202],
    ['application/json; charset=latin1', 202],
    ['application/json; charset=x-none', 415],
  ])('a body of type %j is answered %i', async (type, status) => {
    const answer = await api.send('POST', '/v1/calls', good, { headers: { 'content-type': type } });
    expect(answer.status).toBe(status);
  });

  it.each(['{', '', 'nothing', '{"dial1":"1001",}', '"\u0000'])('a body of %j is malformed', async (body) => {
    const answer = await api.send('POST', '/v1/calls', body);
    expect(answer.status).toBe(400);
    expect(answer.body.title).toMatch(/Malformed body|Invalid request/);
  });

  it('a body that is too long is refused', async () => {
    const long = { ...good, reference: 'r'.repeat(70_000) };
    expect((await api.send('POST', '/v1/calls', long)).status).toBe(413);
    expect((await api.send('POST', '/v1/calls/batch', { calls: Array.from({ length: 70 }, () => long) })).status).toBe(
      413,
    );
    const form = await api.send('POST', '/call.php', `agent=${'1'.repeat(20_000)}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect(form.status).toBe(413);
    expect(form.body.success).toBe(false);
  });

  it('a compressed body is measured decompressed', async () => {
    const { gzipSync } = await import('node:zlib');
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = {
        'content-type': 'application/json',
        'content-encoding': 'gzip',
        authorization: `Bearer ${api.acmeKey}`,
      };
      const sent = rawRequest(`${api.url}/v1/calls`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.once('error', reject);
      sent.end(gzipSync(JSON.stringify({ ...good, reference: 'r'.repeat(5_000_000) })));
    });
    expect(status).toBe(413);
  });

  it('a path that cannot be decoded is malformed, not an internal error', async () => {
    const answer = await api.send('GET', '/v1/calls/%E0%A4%A');
    expect(answer.status).toBe(400);
    expect(answer.body.type).toBe('urn:redial:problem:malformed_request');
  });

  it('answers every request with an id, which is in the log and in the problem', async () => {
    const answer = await api.send('GET', '/v1/calls/x');
    const id = answer.headers.get('x-request-id');
    expect(answer.body.requestId).toBe(id);
    await expect.poll(() => api.log()).toContain(id);
  });
});

describe('the rate limit', () => {
  it('each tenant has its requests per minute, and the answer states how many are left', async () => {
    const limited = await startApi({ redisUrl: redis.url, tenant: { quotas: { requestsPerMinute: 3 } } });
    try {
      const statuses: number[] = [];
      for (let i = 0; i < 5; i++) statuses.push((await limited.send('GET', '/v1/calls')).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
      const refused = await limited.send('POST', '/v1/calls', good);
      expect(refused.body.type).toBe('urn:redial:problem:too_many_requests');
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(refused.headers.get('ratelimit')).toContain('r=0');
      const vendor = await limited.send('GET', '/call.php?agent=1001&callee=0820001234&outbound_id=random');
      expect(vendor.status).toBe(429);
      expect(vendor.body.success).toBe(false);
      expect((await limited.send('GET', '/v1/calls', undefined, { apiKey: limited.globexKey })).status).toBe(200);
      expect(await limited.keys()).toEqual([]);
    } finally {
      await limited.stop();
    }
  });
});

describe('the policy for browsers', () => {
  it('allows nothing', async () => {
    const { headers } = await api.send('GET', '/v1/calls');
    expect(headers.get('content-security-policy')).toBe("default-src 'none';frame-ancestors 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('/docs/test-numbers', () => {
  it('is the page of the test numbers, and /docs leads there', async () => {
    const page = await api.send('GET', '/docs/test-numbers', undefined, { apiKey: null });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(page.text).toMatch(/^# Test numbers\n/);
    expect(page.text).toContain('| `0820021234` | is busy | busy | 486 |');
    expect((await api.send('GET', '/openapi.json')).body.info.description).toContain('(/docs/test-numbers)');
  });
});

describe('/docs', () => {
  it('is a page whose parts all come from this host, and that the policy allows', async () => {
    expect((await api.send('GET', '/docs')).headers.get('location')).toBe('/docs/');
    const page = await api.send('GET', '/docs/', undefined, { apiKey: null });
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const parts = [...page.text.matchAll(/(?:src|href)="([^"#]+)"/g)].map(([, part]) => part ?? '');
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) {
      expect(part).toMatch(/^\.\//);
      expect((await api.send('GET', `/docs/${part}`)).status).toBe(200);
    }
    for (const [, attributes, inside] of page.text.matchAll(/<script([^>]*)>([^<]*)/g)) {
      expect(attributes).toContain('src=');
      expect(inside?.trim()).toBe('');
    }
    expect((await api.send('GET', '/docs/swagger-ui-init.js')).text).toContain('"/openapi.json"');
  });

  it.each([
    { 'if-match': '"x"' },
    { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
    { range: 'bytes=99999999-' },
  ])('is sent whole, for any conditional header (%j)', async (headers) => {
    const part = await api.send('GET', '/docs/swagger-ui.css', undefined, { headers });
    expect(part.status).toBe(200);
  });
});

describe('/openapi.json', () => {
  it('is OpenAPI 3.1, public, and lists the mounted addresses', async () => {
    const { body, status } = await api.send('GET', '/openapi.json', undefined, { apiKey: null });
    expect(status).toBe(200);
    expect(body.openapi).toBe('3.1.0');
    expect(Object.keys(body.paths)).toEqual([...new Set(v1.endpoints.map(({ path }) => path))]);
  });
});

describe('operations', () => {
  it('is alive, and ready to accept while no PBX is there', async () => {
    expect((await api.send('GET', '/livez', undefined, { apiKey: null })).text).toBe('ok\n');
    const accepting = await api.send('GET', '/readyz/accepting', undefined, { apiKey: null });
    expect(accepting.status).toBe(200);
    expect(accepting.body).toEqual({
      ready: true,
      checks: { redis: 'ok', durability: 'ok' },
      details: { durability: expect.stringContaining('every acceptance is on disk before its 202') },
    });
    const ready = await api.send('GET', '/readyz', undefined, { apiKey: null });
    expect(ready.status).toBe(503);
    expect(ready.body.checks['pbx.pbx1']).toBe('no dialer process reports; no results process reports');
  });

  it('is ready once each PBX is linked', async () => {
    const at = Date.now();
    await api.store.reportLinkStatus('d', { pbx: 'pbx1', process: 'dialer', up: true, at });
    await api.store.reportLinkStatus('r', { pbx: 'pbx1', process: 'results', up: false, at });
    const ready = () => api.send('GET', '/readyz');
    await expect
      .poll(async () => (await ready()).body.checks['pbx.pbx1'], { timeout: 5_000 })
      .toBe('no results process has its link');
    await api.store.reportLinkStatus('r', { pbx: 'pbx1', process: 'results', up: true, at });
    await expect.poll(async () => (await ready()).status, { timeout: 5_000 }).toBe(200);
  });

  it('is not ready while a permit key of a PBX or a trunk has another type', async () => {
    const checks = async () => (await api.send('GET', '/readyz')).body.checks.permits;
    await expect.poll(checks, { timeout: 5_000 }).toBe('ok');
    await api.redis.set(`${api.prefix}:permits:trunk.carrier`, 'x');
    await expect.poll(checks, { timeout: 5_000 }).toContain(':permits:trunk.carrier');
    await api.redis.del(`${api.prefix}:permits:trunk.carrier`);
    await expect.poll(checks, { timeout: 5_000 }).toBe('ok');
  });

  it('sends the same metrics and the same report to simultaneous requests', async () => {
    const headers = { authorization: 'Bearer a-token-for-metrics' };
    const crowd = await Promise.all(
      Array.from({ length: 200 }, () => api.send('GET', '/metrics', undefined, { apiKey: null, headers })),
    );
    expect(new Set(crowd.map(({ text }) => text)).size).toBeLessThan(5);
  });

  it('has metrics, for clients with the token', async () => {
    expect((await api.send('GET', '/metrics')).status).toBe(401);
    await api.send('POST', '/v1/calls', good);
    const scrape = () =>
      api.send('GET', '/metrics', undefined, {
        apiKey: null,
        headers: { authorization: 'Bearer a-token-for-metrics' },
      });
    await expect.poll(async () => (await scrape()).text, { timeout: 5_000 }).toContain('status="202"');
    const { text, headers } = await scrape();
    expect(headers.get('content-type')).toContain('text/plain');
    const value = (name: string, ...labels: string[]): number => {
      const line = text.split('\n').find((l) => l.startsWith(name) && labels.every((label) => l.includes(label)));
      return Number(line?.split(' ').at(-1));
    };
    expect(value('redial_calls_accepted_total', 'dialect="v1"')).toBeGreaterThan(0);
    const served = value(
      'redial_http_request_duration_seconds_count',
      'route="/v1/calls"',
      'method="POST"',
      'status="202"',
    );
    expect(served).toBeGreaterThan(0);
    expect(text).not.toContain('call_0');
  });
});

it('no page of another site may read anything, if no tenant names one', async () => {
  const headers = { origin: 'http://localhost', 'access-control-request-method': 'POST' };
  for (const path of ['/v1/calls', '/call.php', '/admin/queues']) {
    const answer = await api.send('OPTIONS', path, undefined, { headers, apiKey: null });
    expect([path, answer.headers.get('access-control-allow-origin')]).toEqual([path, null]);
    expect(answer.status).toBeGreaterThanOrEqual(400);
  }
});
