import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from './running-api.ts';

/** Each field of each endpoint × each kind of wrong value: the error names the field, and Redis is unchanged. */
let redis: TestRedis;
let api: RunningApi;
let before: string[];

beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({ redisUrl: redis.url });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});
beforeEach(async () => {
  before = await api.keys();
});
afterEach(async () => {
  expect(await api.keys()).toEqual(before);
  expect((await jobCounts(api.queues)).dial).toMatchObject({ waiting: 0, delayed: 0, active: 0 });
});

/** None of these may reach a phone, a PBX or a key of Redis. */
const texts: Readonly<Record<string, string>> = {
  CR: '1001\rAction: Command',
  LF: '1001\nAction: Command',
  CRLF: '1001\r\nAction: Command',
  '&': '1001&1002',
  ',': '1001,g(x)',
  ';': '1001;x',
  '|': '1001|x',
  expression: `$\{SHELL(id)}`,
  NUL: '1001\u0000',
  'over-long': '1'.repeat(4_000),
  'Arabic digits': '١٠٠١٠٠١٠٠١',
  'full-width digits': '１００１００１００１',
  empty: '',
};
const types: Readonly<Record<string, unknown>> = { null: null, true: true, list: ['1001'], object: { a: 1 } };

const good = { dial1: '1001', dial2: '0820001234' };
const textFields = ['dial1', 'dial2', 'callerId', 'dial1CallerId', 'notBefore', 'expiresAt', 'reference', 'trunk'];
const numberFields = ['dial1RingTimeoutSeconds', 'dial2RingTimeoutSeconds', 'talkLimitSeconds', 'priority'];
const objectFields = ['retryPolicy', 'variables', 'headers'];

interface FieldError {
  readonly field: string;
  readonly message: string;
}

describe.each([...textFields, ...numberFields, ...objectFields])('POST /v1/calls %s', (field) => {
  const wrong: Readonly<Record<string, unknown>> = {
    ...texts,
    ...types,
    ...(objectFields.includes(field) ? { object: { 'no such thing': '1' } } : {}),
    ...(numberFields.includes(field)
      ? { negative: -1, fraction: 1.5, huge: 1e15, 'a number as text': '20' }
      : { number: 1_001 }),
  };
  it.each(Object.entries(wrong))('%s', async (_name, value) => {
    const answer = await api.send('POST', '/v1/calls', { ...good, [field]: value });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    const fields = answer.body.errors.map((error: FieldError) => error.field);
    expect(fields).toHaveLength(1);
    expect(fields[0]).toMatch(new RegExp(`^/${field}(/|$)`));

    const batch = await api.send('POST', '/v1/calls/batch', { calls: [{ ...good, [field]: value }] });
    expect(batch.body).toMatchObject({ accepted: 0, rejected: 1 });
    expect(batch.body.results[0].problem.errors).toEqual(answer.body.errors);
  });
});

describe('POST /v1/calls, inside its objects', () => {
  const cases = Object.entries(texts).filter(([name]) => name !== 'empty');
  it.each(cases)('values of variables and headers: %s', async (_name, value) => {
    const body = {
      ...good,
      variables: { CAMPAIGN: value },
      headers: { dial1: { 'X-A': value }, dial2: { 'X-B': value } },
    };
    const answer = await api.send('POST', '/v1/calls', body);
    const fields = answer.body.errors.map((error: FieldError) => error.field);
    expect(fields.sort()).toEqual(['/headers/dial1/X-A', '/headers/dial2/X-B', '/variables/CAMPAIGN']);
  });

  it.each(Object.entries(texts))('names of variables and headers: %s', async (_name, name) => {
    const body = { ...good, variables: { [name]: 'x' }, headers: { dial1: { [name]: 'x' } } };
    const answer = await api.send('POST', '/v1/calls', body);
    expect(answer.status).toBe(400);
    const fields: string[] = answer.body.errors.map((error: FieldError) => error.field);
    expect(fields.some((field) => field.startsWith('/variables/'))).toBe(true);
    expect(fields.some((field) => field.startsWith('/headers/dial1/'))).toBe(true);
    expect(answer.text.length).toBeLessThan(2_000);
  });

  it('a variable that is not on the list', async () => {
    const answer = await api.send('POST', '/v1/calls', { ...good, variables: { OTHER: 'x', CAMPAIGN: 'ok' } });
    expect(answer.body.errors).toEqual([
      {
        field: '/variables/OTHER',
        message: expect.stringMatching(/^is not a variable that you may set: there (is|are) [A-Z]/),
      },
    ]);
  });

  it.each(['__proto__', 'constructor', 'toString'])('an unknown field named %s', async (name) => {
    const answer = await api.send('POST', '/v1/calls', `{"dial1":"1001","dial2":"0820001234","${name}":{"x":1}}`);
    expect(answer.body.errors).toEqual([{ field: `/${name}`, message: 'is not a known field' }]);
  });

  it.each([
    ['/retryPolicy/maxRetries', { maxRetries: '3' }],
    ['/retryPolicy/delaySeconds', { delaySeconds: -1 }],
    ['/retryPolicy/until', { until: 'x' }],
    ['/retryPolicy/retryUnknown', { retryUnknown: 1 }],
    ['/retryPolicy/networkBudget/maxRetries', { networkBudget: { maxRetries: 1e9 } }],
    ['/retryPolicy/perDisposition/busy/backoff', { perDisposition: { busy: { backoff: '1,2' } } }],
    ['/retryPolicy/perDisposition/answered', { perDisposition: { answered: {} } }],
  ])('%s', async (field, retryPolicy) => {
    const answer = await api.send('POST', '/v1/calls', { ...good, retryPolicy });
    expect(answer.body.errors.map((error: FieldError) => error.field)).toEqual([field]);
  });

  it('all at once', async () => {
    const answer = await api.send('POST', '/v1/calls', {});
    expect(answer.body.errors).toEqual([
      { field: '/dial1', message: 'is required' },
      { field: '/dial2', message: 'is required' },
    ]);
  });
});

describe.each(['agent', 'callee', 'outbound_id', 'contact_ref', 'call_ref'])('click2dial %s', (field) => {
  const fields = { agent: '1001', callee: '0820001234', outbound_id: '27110001111' };
  const reference = field.endsWith('_ref');
  const wrong = Object.entries(texts).filter(([name]) => !(reference && (name === 'empty' || name === 'over-long')));

  it.each(wrong)('%s', async (_name, value) => {
    const query = new URLSearchParams({ ...fields, [field]: value }).toString();
    for (const answer of [
      await api.send('POST', '/click2dial/calls', { ...fields, [field]: value }),
      await api.send('GET', `/call.php?${query}`),
      await api.send('POST', '/call.php', query, { headers: { 'content-type': 'application/x-www-form-urlencoded' } }),
    ]) {
      expect(answer.status).toBe(400);
      expect(answer.body.success).toBe(false);
      expect(answer.body.errors.map((error: FieldError) => error.field)).toEqual([field]);
    }
  });

  it.each(Object.entries(types).filter(([name]) => !(reference && name === 'null')))('%s', async (_name, value) => {
    const answer = await api.send('POST', '/click2dial/calls', { ...fields, [field]: value });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: FieldError) => error.field)).toEqual([field]);
  });

  it('twice', async () => {
    const query = `${new URLSearchParams({ ...fields, [field]: '1' })}&${field}=2`;
    const answer = await api.send('GET', `/call.php?${query}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: FieldError) => error.field)).toEqual([field]);
  });
});

describe.each(['reference', 'state', 'from', 'to', 'cursor', 'limit'])('GET /v1/calls?%s', (field) => {
  it.each(Object.entries(texts))('%s', async (_name, value) => {
    const answer = await api.send('GET', `/v1/calls?${new URLSearchParams({ [field]: value })}`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: FieldError) => error.field)).toEqual([field]);
  });

  it('twice', async () => {
    const answer = await api.send('GET', `/v1/calls?${field}=1&${field}=2`);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error: FieldError) => error.field)).toEqual([field]);
  });
});

it('GET /v1/calls refuses a parameter it does not know', async () => {
  const answer = await api.send('GET', '/v1/calls?tenant=globex');
  expect(answer.body.errors).toEqual([{ field: 'tenant', message: 'is not a known field' }]);
});
