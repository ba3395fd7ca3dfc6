import type { CallId } from '@redial/call';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RequestOptions, type RunningApi, startApi } from './running-api.ts';

const good = { agent: '1001', callee: '0820001234', outbound_id: '27110001111', contact_ref: 'AbC123' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
let redis: TestRedis;
let api: RunningApi;

beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({ redisUrl: redis.url });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

type Fields = Readonly<Record<string, unknown>>;

const query = (fields: Fields) =>
  new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString();

const ways: readonly (readonly [
  name: string,
  send: (fields: Fields, options?: RequestOptions) => ReturnType<RunningApi['send']>,
])[] = [
  ['POST /click2dial/calls', (fields, options) => api.send('POST', '/click2dial/calls', fields, options)],
  ['GET /call.php', (fields, options) => api.send('GET', `/call.php?${query(fields)}`, undefined, options)],
  [
    'POST /call.php',
    (fields, options) =>
      api.send('POST', '/call.php', query(fields), { ...options, headers: { ...form, ...options?.headers } }),
  ],
];

describe.each(ways)('%s', (_name, send) => {
  it('places the call', async () => {
    const { status, body, headers } = await send(good);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('application/json');
    expect(body).toEqual({ success: true, call_ref: expect.stringMatching(/^call_/), contact_ref: 'AbC123' });
    const record = await api.store.readCall(body.call_ref as CallId);
    expect(record?.value).toMatchObject({
      tenantId: 'acme',
      dialect: 'click2dial',
      reference: 'AbC123',
      state: { status: 'queued' },
      request: {
        dial1: { kind: 'extension', extension: '1001' },
        dial2: { kind: 'number', e164: '27820001234' },
        callerId: '27110001111',
        retryPolicy: { maxRetries: 0 },
        headers: { dial1: { 'X-Teleforge-Outbound-ID': '27110001111', 'X-Teleforge-Call-Ref': 'AbC123' } },
      },
    });
    const state = record?.value.state;
    const jobId = state !== undefined && 'attemptId' in state ? state.attemptId : 'none';
    expect(await api.redis.exists(`${api.prefix}:dial:${jobId}`)).toBe(1);
  });

  it('accepts call_ref, random and tvc_', async () => {
    const { contact_ref: _ref, ...bare } = good;
    const { body } = await send({ ...bare, call_ref: 'old', outbound_id: 'random' });
    expect(body.contact_ref).toBe('old');
    expect((await api.store.readCall(body.call_ref as CallId))?.value.request.callerId).toBe('27110002222');
    const campaign = await send({ ...good, outbound_id: 'tvc_spring' });
    expect((await api.store.readCall(campaign.body.call_ref as CallId))?.value.request.callerId).toBe('27110003333');
  });

  it('makes a reference if there is none', async () => {
    const { contact_ref: _ref, ...bare } = good;
    const { body } = await send(bare);
    expect(body.contact_ref).toBe(body.call_ref);
  });

  it('reports every wrong field in the vendor’s words, and places no call', async () => {
    const before = await api.keys();
    const { status, body } = await send({
      agent: '1',
      callee: '2',
      outbound_id: 'tvc_none',
      contact_ref: 'a b',
      more: '1',
    });
    expect(status).toBe(400);
    expect(body).toEqual({ success: false, message: expect.any(String), errors: expect.any(Array) });
    expect(body.errors.map((error: { field: string }) => error.field).sort()).toEqual([
      'agent',
      'callee',
      'contact_ref',
      'more',
      'outbound_id',
    ]);
    expect(await api.keys()).toEqual(before);
  });

  it('accepts the key as a parameter', async () => {
    const { status } = await send({ ...good, api_key: api.acmeKey }, { apiKey: null });
    expect(status).toBe(200);
    const wrong = await send({ ...good, api_key: 'wrong' }, { apiKey: null });
    expect(wrong.status).toBe(401);
    expect(wrong.body.success).toBe(false);
  });

  it('refuses a request without a key', async () => {
    const before = await api.keys();
    const { status, body } = await send(good, { apiKey: null });
    expect(status).toBe(401);
    expect(body).toMatchObject({ success: false, errors: [] });
    expect(await api.keys()).toEqual(before);
  });
});

it.each([
  ['PUT', '/click2dial/calls', 405],
  ['DELETE', '/call.php', 405],
  ['POST', '/click2dial/recordings/abc', 405],
])('%s %s is refused in its own shape', async (method, path, status) => {
  const answer = await api.send(method, path);
  expect(answer.status).toBe(status);
  expect(answer.body.success).toBe(false);
});

it('HEAD /call.php places no call', async () => {
  const before = await api.keys();
  expect((await api.send('HEAD', `/call.php?${query(good)}`)).status).toBe(405);
  expect(await api.keys()).toEqual(before);
});

it.each([
  ['JSON that is none', '/click2dial/calls', '{', { 'content-type': 'application/json' }, 400],
  ['a form where JSON is wanted', '/click2dial/calls', 'agent=1001', form, 415],
  ['text where a form or JSON is wanted', '/call.php', '{}', { 'content-type': 'text/plain' }, 415],
])('%s is refused in its own shape', async (_name, path, body, headers, status) => {
  const answer = await api.send('POST', path, body, { headers });
  expect(answer.status).toBe(status);
  expect(answer.body.success).toBe(false);
});
