import { createHash } from 'node:crypto';
import { v1, vendors } from '@redial/dialects';
import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { actHeaders, credentials, phpQuery, vendorTenantOfOneTrunk } from '../../support/vendors.ts';
import { type RunningApi, startApi, untilPbxAnswers } from './running-api.ts';

/** Requests of clients that differ from the specification and have only one possible meaning. */
const access = { username: 'redial', secret: 'redial-local' };
const origins = ['https://crm.example', 'http://localhost:*'];
let redis: TestRedis;
let pbx: Simulator;
let api: RunningApi;

beforeAll(async () => {
  redis = await startTestRedis();
  pbx = await startSimulator(access);
  api = await startApi({
    redisUrl: redis.url,
    tenant: { ...vendorTenantOfOneTrunk, quotas: { requestsPerMinute: 100_000 }, cors: { origins } },
    pbx: { host: pbx.host, port: pbx.port, ...access },
  });
  await untilPbxAnswers(api);
});
afterAll(async () => {
  await api?.stop();
  await pbx?.stop();
  await redis?.stop();
});

const actLogin = actHeaders();
const calls = { v1: '/v1/calls', batch: '/v1/calls/batch', call: '/click2dial/calls', php: '/call.php' } as const;
const dialup = '/API/dialup.php';
const originateCall = '/api/originate-call';
const act = '/api/v4/call/originate/act';
const good = { dial1: '1001', dial2: '0820001234' };
const click = { agent: '1001', callee: '0820001234', outbound_id: '27110001111' };
const actCall = { caller: '1001', callee: '1002', context: 'main_routing', caller_id: '1001' };
const formType = 'application/x-www-form-urlencoded';

async function post(path: string, contentType: string, body: string | Buffer, headers: Record<string, string> = {}) {
  const isRedials = path.startsWith('/v1') || path === calls.call || path === calls.php;
  const answer = await fetch(api.url + path, {
    method: 'POST',
    headers: { 'content-type': contentType, ...(isRedials && { 'x-api-key': api.acmeKey }), ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined };
}

/** With the hash of exactly the bytes that are sent. */
function signedForm(name: string): string {
  const { api_username, api_password, apiKey } = credentials.originateCall;
  const fields: readonly (readonly [string, string])[] = [
    ['api_username', api_username],
    ['api_password', api_password],
    ['data%5Bproject_id%5D', '1'],
    ['data%5Bcaller_id%5D', '0820001234'],
    ['data%5Bcaller_id_name%5D', name],
    ['data%5Btype%5D', 'queue'],
    ['data%5Bdestination%5D', 'test-queue'],
    ['data%5Bexternal_id%5D', createHash('md5').update(name).digest('hex')],
  ];
  const params = fields.map(([field, value]) => `${field}=${value}`).join('&');
  return `${params}&api_hash=${createHash('md5').update(`${params}${apiKey}`).digest('hex')}`;
}

describe('a charset', () => {
  const named: readonly (readonly [charset: string, encode: (text: string) => Buffer])[] = [
    ['utf8', (text) => Buffer.from(text)],
    ['UTF-8', (text) => Buffer.from(`\ufeff${text}`)],
    ['"utf-8"', (text) => Buffer.from(text)],
    ['us-ascii', (text) => Buffer.from(text)],
    ['latin1', (text) => Buffer.from(text, 'latin1')],
    ['ISO-8859-1', (text) => Buffer.from(text, 'latin1')],
    ['iso-8859-15', (text) => Buffer.from(text, 'latin1')],
    ['windows-1252', (text) => Buffer.from(text, 'latin1')],
    ['cp1252', (text) => Buffer.from(text, 'latin1')],
    ['utf-16le', (text) => Buffer.from(text, 'utf16le')],
    ['utf-16be', (text) => Buffer.from(text, 'utf16le').swap16()],
    ['utf-16', (text) => Buffer.from(text, 'utf16le').swap16()],
  ];

  it.each(named)('%s is read in JSON', async (charset, encode) => {
    const clientInfo = 'Zoë Müller';
    const type = `application/json;charset=${charset}`;
    const answer = await post(calls.v1, type, encode(JSON.stringify({ ...good, clientInfo })));
    expect([answer.status, answer.body.clientInfo]).toEqual([202, clientInfo]);
    const batch = await post(calls.batch, type, encode(JSON.stringify({ calls: [good] })));
    expect(batch.body).toMatchObject({ accepted: 1 });
    expect((await post(calls.call, type, encode(JSON.stringify(click)))).body.success).toBe(true);
    expect((await post(act, type, encode(JSON.stringify(actCall)), actLogin)).body.success).toBe(1);
  });

  it.each(['utf8', 'us-ascii', 'latin1', 'windows-1252'])('%s is read in forms', async (charset) => {
    const type = `${formType}; charset=${charset}`;
    const who = new URLSearchParams({ ...credentials.dialup });
    expect((await post(calls.php, type, new URLSearchParams(click).toString())).body.success).toBe(true);
    expect((await post(dialup, type, `${who}&dial1=1001&dial2=0820001234`)).text).toBe('OK');
    const name = charset === 'utf8' || charset === 'us-ascii' ? 'Zo%C3%AB' : 'Zo%EB';
    const form = signedForm(`${name}+${charset}`);
    expect((await post(originateCall, type, form)).body).toMatchObject({ has_error: false });
    const reference = createHash('md5').update(`${name}+${charset}`).digest('hex');
    const { body } = await api.send('GET', `/v1/calls?reference=${reference}`);
    expect(body.calls).toMatchObject([{ dial1CallerName: `Zoë ${charset}` }]);
  });

  it('is read in multipart forms, from the form and from a part', async () => {
    const part = (name: string, value: string, type = '') =>
      `--b\r\nContent-Disposition: form-data; name="${name}"\r\n${type}\r\n${value}\r\n`;
    const fields = { ...click, contact_ref: 'é' };
    const ofWhole = Object.entries(fields).map(([name, value]) => part(name, value));
    const latin = 'Content-Type: text/plain; charset=iso-8859-1\r\n';
    const ofParts = Object.entries(fields).map(([name, value]) => part(name, value, latin));
    const wrong = { field: 'contact_ref', message: expect.any(String) };
    for (const [type, parts] of [
      ['multipart/form-data; boundary=b; charset=latin1', ofWhole],
      ['multipart/form-data; boundary=b', ofParts],
    ] as const) {
      const answer = await post(calls.php, type, Buffer.from(`${parts.join('')}--b--\r\n`, 'latin1'));
      expect([answer.status, answer.body.errors]).toEqual([400, [wrong]]);
      const fine = parts.join('').replace('é', 'ref.1');
      expect((await post(calls.php, type, Buffer.from(`${fine}--b--\r\n`, 'latin1'))).body).toMatchObject({
        success: true,
        contact_ref: 'ref.1',
      });
    }
  });

  it.each(['utf-7', 'x-klingon', 'ebcdic', 'utf-32'])(
    '%s is refused by its name, in the words of every dialect',
    async (charset) => {
      const named = new RegExp(`\\b${charset}\\b`);
      const json = `application/json; charset=${charset}`;
      const form = `${formType}; charset=${charset}`;
      const multi = `multipart/form-data; boundary=b; charset=${charset}`;
      const answers = [
        [await post(calls.v1, json, JSON.stringify(good)), 'detail'],
        [await post(calls.call, json, JSON.stringify(click)), 'message'],
        [await post(calls.php, json, JSON.stringify(click)), 'message'],
        [await post(calls.php, form, new URLSearchParams(click).toString()), 'message'],
        [await post(calls.php, multi, '--b--'), 'message'],
        [await post(act, json, JSON.stringify(actCall), actLogin), 'message'],
        [await post(originateCall, form, signedForm('x')), 'messages'],
        [await post(originateCall, json, '{}'), 'messages'],
      ] as const;
      for (const [{ status, body }, where] of answers)
        expect([status, String(body[where])]).toEqual([415, expect.stringMatching(named)]);
      const ofDialup = await post(dialup, form, 'RFormat=json');
      expect([ofDialup.status, ofDialup.text]).toEqual([415, expect.stringMatching(/^FAIL: /)]);
      expect(ofDialup.text).toMatch(named);
    },
  );

  it('that does not fit the bytes is reported', async () => {
    const answer = await post(calls.v1, 'application/json', Buffer.from('{"clientInfo":"Zo\xeb"}', 'latin1'));
    expect([answer.status, answer.body.detail]).toEqual([400, 'The body is not text in utf-8.']);
  });
});

describe('repeated slashes', () => {
  it('count as one, at every address', async () => {
    const who = new URLSearchParams({ ...credentials.dialup });
    const ask = (path: string, headers = {}) => api.send('GET', path, undefined, { headers });
    expect((await ask(`//API/dialup.php?${who}&dial1=1001&dial2=0820001234`)).text).toBe('OK');
    expect((await ask(`/API///dialup.php?${who}&dial1=1001&dial2=0820001234`)).text).toBe('OK');
    expect((await post(`/${act}`, 'application/json', JSON.stringify(actCall), actLogin)).body.success).toBe(1);
    expect((await ask('//v1//calls?limit=1')).status).toBe(200);
    expect((await api.send('POST', '///v1/calls', good)).status).toBe(202);
    for (const path of ['//livez', '//readyz//accepting', '//openapi.json', '//docs/']) {
      expect([path, (await ask(path)).status]).toEqual([path, 200]);
    }
  });

  it('open no closed address, and leave the query unchanged', async () => {
    for (const path of [
      '//admin/queues',
      '/admin//queues',
      '//admin//queues//api/queues',
      '//v1/calls',
      '/v1//calls',
    ]) {
      const answer = await api.send('GET', path, undefined, { apiKey: null });
      expect([path, answer.status]).toEqual([path, 401]);
    }
    const { acmeKey } = api;
    const query = new URLSearchParams({ api_key: acmeKey, ...click, contact_ref: 'a' }).toString();
    expect((await api.send('GET', `//call.php?${query}&x=//a//b`, undefined, { apiKey: null })).body.errors).toEqual([
      { field: 'x', message: 'is not a known field' },
    ]);
    expect((await api.send('GET', '//docs')).headers.get('location')).toBe('/docs/');
    expect((await api.send('GET', '//evil.example/..')).status).toBe(404);
  });
});

describe('a + of an offset that has become a space', () => {
  it.each(['from', 'to'])('is read in %s', async (name) => {
    const plain = await api.send(
      'GET',
      `/v1/calls?limit=200&${name}=${encodeURIComponent('2026-11-30T09:00:00+02:00')}`,
    );
    expect(plain.status).toBe(200);
    for (const written of [
      '2026-11-30T09:00:00+02:00',
      '2026-11-30T09:00:00.000%2002:00',
      '2026-11-30T09:00:00 02:00',
    ]) {
      const { status, body } = await api.send('GET', `/v1/calls?limit=200&${name}=${written}`);
      expect([written, status, body.calls?.length]).toEqual([written, 200, plain.body.calls.length]);
    }
  });

  it.each(['2026-11-30 09:00:00', '2026-11-30T09:00:00 ', '2026-11-30T09:00:00 02:00 '])(
    'is not restored in %j',
    async (from) => {
      const { status, body } = await api.send('GET', `/v1/calls?${new URLSearchParams({ from })}`);
      expect([status, body.errors[0].field]).toEqual([400, 'from']);
    },
  );
});

describe('a POST without a body', () => {
  it('has its fields in the URL, with or without a Content-Length', async () => {
    const headers = { 'x-api-key': api.acmeKey };
    for (const body of [undefined, '']) {
      const url = `${api.url}/call.php?${new URLSearchParams(click)}`;
      const answer = await fetch(url, { method: 'POST', headers, ...(body !== undefined && { body }) });
      expect(((await answer.json()) as { success: boolean }).success).toBe(true);
    }
  });
});

describe('JSON to /call.php', () => {
  it('is read like a form, with its key in a header or beside the fields', async () => {
    const json = 'application/json';
    expect((await post(calls.php, json, JSON.stringify({ ...click, agent: 1001 }))).body.success).toBe(true);
    const inside = await post(calls.php, json, JSON.stringify({ ...click, api_key: api.acmeKey }), { 'x-api-key': '' });
    expect(inside.body.success).toBe(true);
    const wrong = await post(calls.php, json, JSON.stringify({ ...click, agent: 'x', color: 1 }));
    expect(wrong.body.errors.map(({ field }: { field: string }) => field).toSorted()).toEqual(['agent', 'color']);
    for (const body of ['[]', '"x"', 'null', '{'])
      expect([body, (await post(calls.php, json, body)).status]).toEqual([body, 400]);
  });
});

describe('a key that comes twice in a JSON object', () => {
  const json = 'application/json';
  it.each([
    ['/v1/calls', '{"dial1":"1001","dial2":"0820001234","dial2":"0820005678"}', ['/dial2']],
    ['/v1/calls', '{"dial1":"1001","\\u0064ial1":"1001","dial2":"0820001234"}', ['/dial1']],
    ['/v1/calls', '{"dial1":"1001","dial2":"0820001234","variables":{"A":"1","A":"1"}}', ['/variables/A']],
    [
      '/v1/calls/batch',
      '{"calls":[{"dial1":"1001","dial2":"0820001234"},{"dial1":"1","dial1":"2"}]}',
      ['/calls/1/dial1'],
    ],
    ['/click2dial/calls', '{"agent":"1001","agent":"1002","callee":"0820001234","outbound_id":"random"}', ['agent']],
    ['/call.php', '{"agent":"1001","agent":"1002","callee":"0820001234","outbound_id":"random"}', ['agent']],
  ])('is named: %s %s', async (path, text, fields) => {
    const answer = await post(path, json, text);
    const message = 'comes more than once';
    expect([answer.status, answer.body.errors]).toEqual([400, fields.map((field) => ({ field, message }))]);
  });

  it('is reported in the words of vendors that have no error for it', async () => {
    const twice = `{"caller":"1001","callee":"1002","callee":"1003","context":"main_routing","caller_id":"1001"}`;
    expect((await post(act, json, twice, actLogin)).body).toMatchObject({
      success: 0,
      message: "Field 'callee':comes more than once",
    });
    const ofOriginate = await post(originateCall, json, '{"data":{"type":"user","type":"queue"}}');
    expect([ofOriginate.status, ofOriginate.body]).toMatchObject([400, { has_error: true }]);
    expect(ofOriginate.body.messages[0]).toContain('type');
  });

  it('is found at once, in a body of four million bytes', async () => {
    const deep = `{"calls":[${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]}`;
    expect((await post(calls.batch, json, deep)).status).toBeLessThan(500);
    const wide = `{"calls":[{${Array.from({ length: 200_000 }, (_, n) => `"k${n}":1`).join(',')},"k0":2}]}`;
    expect((await post(calls.batch, json, wide)).body.errors).toEqual([
      { field: '/calls/0/k0', message: 'comes more than once' },
    ]);
  });
});

describe('a page in a browser', () => {
  const page = 'https://crm.example';
  const preflight = (path: string, origin: string, method = 'PUT') =>
    api.send('OPTIONS', path, undefined, {
      apiKey: null,
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type,x-apikey',
      },
    });
  const allowed = ({ headers }: { headers: Headers }) => headers.get('access-control-allow-origin');
  const addresses = [...v1.endpoints, ...vendors.flatMap(({ routes, recordings }) => [...routes, ...recordings])].map(
    ({ method, path }) => [method.toUpperCase(), path.replace(/\{\w+\}/, 'x')] as const,
  );

  it.each(addresses)('whose origin a tenant names may request %s %s', async (method, path) => {
    for (const origin of [page, 'http://localhost:3000', 'http://localhost']) {
      const answer = await preflight(path, origin, method);
      expect([answer.status, allowed(answer), answer.text]).toEqual([204, origin, '']);
      expect(answer.headers.get('access-control-allow-methods')).toContain(method);
      expect(answer.headers.get('access-control-allow-headers')).toBe('authorization,content-type,x-apikey');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
    }
  });

  it.each(['https://evil.example', 'null', 'https://crm.example.evil.example', 'http://crm.example', '*'])(
    'from %s is refused',
    async (origin) => {
      const asked = await preflight(act, origin);
      expect([asked.status, allowed(asked)]).toEqual([405, null]);
      const answer = await api.send('GET', '/v1/calls?limit=1', undefined, { headers: { origin } });
      expect([answer.status, allowed(answer)]).toEqual([200, null]);
      expect(answer.headers.get('vary')).toMatch(/\bOrigin\b/);
    },
  );

  it.each([
    '/admin/queues',
    '/admin/queues/api/queues',
    '/metrics',
    '/livez',
    '/readyz',
    '/docs/',
    '/openapi.json',
    '/',
  ])('may read nothing of %s', async (path) => {
    expect(allowed(await preflight(path, page, 'GET'))).toBeNull();
    expect(allowed(await api.send('GET', path, undefined, { headers: { origin: page } }))).toBeNull();
  });

  it('reads the answers of the tenant that names its origin, refusals too, and of no other', async () => {
    const headers = { origin: page };
    const mine = await api.send('POST', '/v1/calls', good, { headers });
    expect([mine.status, allowed(mine)]).toEqual([202, page]);
    expect(mine.headers.get('access-control-expose-headers')).toMatch(/\bETag\b.*\bRetry-After\b/);
    expect(allowed(await api.send('POST', '/v1/calls', {}, { headers }))).toBe(page);
    expect(allowed(await api.send('GET', '/v1/calls', undefined, { headers, apiKey: null }))).toBe(page);
    const ofAnother = await api.send('GET', '/v1/calls', undefined, { headers, apiKey: api.globexKey });
    expect([ofAnother.status, allowed(ofAnother)]).toEqual([200, null]);
    const vendor = await fetch(api.url + act, {
      method: 'PUT',
      headers: { ...actLogin, ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(actCall),
    });
    expect([vendor.status, allowed(vendor)]).toEqual([200, page]);
  });
});

describe('an example of the documents', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the document holds
  const documentAt = async (path: string): Promise<any> =>
    (await api.send('GET', path, undefined, { apiKey: null })).body;
  type Part = { name: string; in: string; example?: unknown };
  const queryOf = (parameters: readonly Part[] = []) =>
    phpQuery(
      Object.fromEntries(
        parameters
          .filter((part) => part.in === 'query' && part.example !== undefined)
          .map((part) => [part.name, part.example]),
      ),
    );

  it('of /v1 is answered unchanged', async () => {
    const { paths } = await documentAt('/openapi.json');
    const { body: placed } = await api.send(
      'POST',
      '/v1/calls',
      paths['/v1/calls'].post.requestBody.content['application/json'].examples.later.value,
    );
    const tried: string[] = [];
    // Operations that end the call come last.
    const operations = Object.entries<
      Record<
        string,
        {
          operationId: string;
          parameters?: Part[];
          requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> };
        }
      >
    >(paths)
      .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })))
      .sort(
        (a, b) => Number(a.operation.operationId === 'cancelCall') - Number(b.operation.operationId === 'cancelCall'),
      );
    for (const { path, method, operation } of operations) {
      const { operationId, parameters, requestBody } = operation;
      if (path.includes('{id}') && !path.startsWith('/v1/calls')) continue;
      const headers = Object.fromEntries(
        (parameters ?? [])
          .filter((part) => part.in === 'header' && part.example !== undefined)
          .map((part) => [part.name, String(part.example)]),
      );
      const target = `${path.replace('{id}', placed.id)}?${queryOf(parameters)}`;
      const bodies = Object.values(
        requestBody?.content['application/json']?.examples ?? { none: { value: undefined } },
      );
      for (const { value } of bodies) {
        const answer = await api.send(method.toUpperCase(), target, value, { headers });
        expect([operationId, answer.status]).toEqual([operationId, expect.toBeOneOf([200, 202])]);
        tried.push(operationId);
      }
    }
    expect(tried).toEqual(
      expect.arrayContaining([
        'createCall',
        'createBatch',
        'listCalls',
        'getCall',
        'rescheduleCall',
        'cancelCall',
        'listDeliveries',
      ]),
    );
  });

  it('of the vendors’ addresses is accepted unchanged', async () => {
    const { paths } = await documentAt('/openapi/vendors.json');
    const who = new URLSearchParams({ ...credentials.dialup });
    const access: Readonly<Record<string, Record<string, string>>> = {
      click2dial: { 'x-api-key': api.acmeKey },
      'originate-call': { authorization: `Bearer ${credentials.originateCall.apiKey}` },
      'call-originate-act': actLogin,
      dialup: {},
    };
    const good = /"success":(true|1)|"has_error":false|"status":"ok"/;
    let tried = 0;
    for (const [path, methods] of Object.entries<
      Record<
        string,
        {
          tags: string[];
          parameters?: Part[];
          requestBody?: { content: Record<string, { example: Record<string, unknown> }> };
        }
      >
    >(paths)) {
      if (path.includes('{')) continue;
      for (const [method, { tags, parameters, requestBody }] of Object.entries(methods)) {
        const vendor = tags[0] ?? '';
        const query = [queryOf(parameters), vendor === 'dialup' ? String(who) : '']
          .filter((part) => part !== '')
          .join('&');
        const target = query === '' ? path : `${path}?${query}`;
        const headers = access[vendor] ?? {};
        for (const [type, { example }] of Object.entries(requestBody?.content ?? { '': { example: {} } })) {
          const body = type === 'application/json' ? JSON.stringify(example) : phpQuery(example);
          const answer =
            type === ''
              ? await api.send('GET', target, undefined, { headers, apiKey: null })
              : await api.send(method.toUpperCase(), target, body, {
                  headers: { ...headers, 'content-type': type },
                  apiKey: null,
                });
          expect([`${method} ${path} ${type}`, answer.text]).toEqual([
            `${method} ${path} ${type}`,
            expect.stringMatching(good),
          ]);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThanOrEqual(11);
  });
});
