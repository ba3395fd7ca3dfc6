import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Simulator, startSimulator } from '@redial/pbx-simulator';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { credentials, type Fields, signed, vendorTenant } from '../../support/vendors.ts';
import { type RunningApi, startApi, untilPbxAnswers } from './running-api.ts';

/**
 * Forms as PHP's cURL sends them for an array (`CURLOPT_POSTFIELDS => $array`), and `curl -F`: at each address that
 * accepts a form.
 */
const access = { username: 'redial', secret: 'redial-local' };
const { services, variables, dialects } = vendorTenant;
let redis: TestRedis;
let pbx: Simulator;
let api: RunningApi;

beforeAll(async () => {
  redis = await startTestRedis();
  pbx = await startSimulator(access);
  api = await startApi({
    redisUrl: redis.url,
    tenant: {
      services,
      variables,
      dialects: { dialup: dialects.dialup, 'originate-call': dialects['originate-call'] },
    },
    pbx: { host: pbx.host, port: pbx.port, ...access },
  });
  await untilPbxAnswers(api);
});
afterAll(async () => {
  await api?.stop();
  await pbx?.stop();
  await redis?.stop();
});

/** `{data: {type: 'queue'}}` → `data[type]`. */
function flat(fields: Fields, prefix = ''): (readonly [name: string, value: string])[] {
  return Object.entries(fields).flatMap(([name, value]) => {
    const key = prefix === '' ? name : `${prefix}[${name}]`;
    return typeof value === 'object' ? flat(value as Fields, key) : [[key, String(value)] as const];
  });
}

const click = { agent: '1001', callee: '0820001234', outbound_id: '27110001111', contact_ref: 'multi.part' };
const dialup = { ...credentials.dialup, dial1: '1001', dial2: '+27820001234', RFormat: 'json' };
/** With characters that PHP's encoding changes. */
const originate = signed({
  project_id: 1,
  caller_id: '0820001234',
  caller_id_name: 'Zoe Smith',
  external_id: 'lead-7',
  type: 'queue',
  destination: 'test-queue',
  vars: { CAMPAIGN: 'a + b ~ c*d = #1', BACKEND_LINK: 'https://crm.example/?a=%20&b[]=1+2' },
});

const addresses = [
  ['/call.php', click, 'success', true],
  ['/API/dialup.php', dialup, 'status', 'ok'],
  ['/api/originate-call', originate, 'has_error', false],
] as const;
const keyOf = (path: string): Record<string, string> => (path === '/call.php' ? { 'x-api-key': api.acmeKey } : {});

async function post(path: string, form: FormData | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) {
  const answer = await fetch(api.url + path, { method: 'POST', body: form, headers: { ...keyOf(path), ...headers } });
  const text = await answer.text();
  return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : undefined };
}

function formOf(fields: Fields): FormData {
  const form = new FormData();
  for (const [name, value] of flat(fields)) form.append(name, value);
  return form;
}

describe.each(addresses)('POST %s', (path, fields, word, good) => {
  it('accepts a multipart form like an urlencoded one', async () => {
    expect(await post(path, formOf(fields))).toMatchObject({ status: 200, body: { [word]: good } });
  });

  it('accepts the request of curl -F', async () => {
    const parts = flat(fields).flatMap(([name, value]) => ['--form-string', `${name}=${value}`]);
    const headers = Object.entries(keyOf(path)).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
    const { stdout } = await promisify(execFile)('curl', ['-s', ...headers, ...parts, api.url + path]);
    expect(JSON.parse(stdout)).toMatchObject({ [word]: good });
  });

  it('reports a field that is a file, and enqueues nothing', async () => {
    const before = await api.keys();
    const form = formOf(fields);
    form.append('ph\noto', new File(['x'], 'x.png', { type: 'image/png' }));
    const answer = await post(path, form);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(/ph.{0,8}oto.*is a file, and must be text/s);
    expect(await api.keys()).toEqual(before);
  });

  test.each<[string, string, string, number]>([
    ['no boundary', 'multipart/form-data', '--b\r\n\r\n--b--', 400],
    ['another boundary', 'multipart/form-data; boundary=a', '--b\r\n\r\n--b--', 400],
    ['no end', 'multipart/form-data; boundary=b', '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1', 400],
    ['too much', 'multipart/form-data; boundary=b', 'x'.repeat(65_537), 413],
  ])('refuses one with %s', async (_what, contentType, body, status) => {
    const before = await api.keys();
    const answer = await post(path, new TextEncoder().encode(body), { 'content-type': contentType });
    expect(answer.status).toBe(status);
    expect(await api.keys()).toEqual(before);
  });
});

it('a field that comes twice is wrong in either kind of form', async () => {
  const form = formOf(click);
  form.append('agent', '1002');
  const urlencoded = await api.send('POST', '/call.php', `${new URLSearchParams(click)}&agent=1002`, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  expect(await post('/call.php', form)).toMatchObject({ status: 400, body: urlencoded.body });
  const twice = formOf(dialup);
  twice.append('dial1', '1002');
  expect(await post('/API/dialup.php', twice)).toMatchObject({
    status: 400,
    body: { reason: 'dial1: comes more than once' },
  });
});

it('more than 50 fields are too many', async () => {
  const form = formOf(click);
  for (let n = 0; n < 50; n += 1) form.append(`f${n}`, '');
  expect((await post('/call.php', form)).status).toBe(400);
});
