import type { CallId } from '@redial/call';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from './running-api.ts';

const good = { dial1: '1001', dial2: '0820001234' };
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

async function recordOf(id: string) {
  return (await api.store.readCall(id as CallId))?.value;
}

describe('POST /v1/calls', () => {
  it('answers 202 with the call, its Location and its version, once it is in Redis and on the queue', async () => {
    const before = await jobCounts(api.queues);
    const answer = await api.send('POST', '/v1/calls', { ...good, reference: 'order-1', callerId: '+27110001111' });

    expect(answer.status).toBe(202);
    expect(answer.headers.get('location')).toBe(`/v1/calls/${answer.body.id}`);
    expect(answer.headers.get('etag')).toBe('"1"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.body).toMatchObject({
      reference: 'order-1',
      state: 'queued',
      attempts: [],
      attemptsMade: 0,
      dial1: { kind: 'extension', extension: '1001' },
      dial2: { kind: 'number', number: '+27820001234', trunk: 'carrier' },
      whyNotDialedYet: { gate: 'queue' },
    });
    expect(await recordOf(answer.body.id)).toMatchObject({ tenantId: 'acme', dialect: 'v1', reference: 'order-1' });
    expect((await jobCounts(api.queues)).dial.waiting).toBe(before.dial.waiting + 1);

    const read = await api.send('GET', `/v1/calls/${answer.body.id}`);
    expect(read.body).toEqual(answer.body);
  });

  it('lets the job of a later call sleep until its time', async () => {
    const before = await jobCounts(api.queues);
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    const { body } = await api.send('POST', '/v1/calls', { ...good, notBefore });
    expect(body).toMatchObject({ state: 'scheduled', whyNotDialedYet: { gate: 'due' } });
    expect(Date.parse(body.nextAttempt.dueAt)).toBe(Date.parse(notBefore));
    expect(body.nextAttempt.dueAt).toMatch(/\+02:00$/);
    expect((await jobCounts(api.queues)).dial.delayed).toBe(before.dial.delayed + 1);
  });

  it('shows no complete number in the job, which the dashboard shows', async () => {
    const { body } = await api.send('POST', '/v1/calls', good);
    const job = await api.redis.hgetall(`${api.prefix}:dial:${body.nextAttempt.id}`);
    expect(JSON.parse(job['data'] ?? '')).toEqual({
      callId: body.id,
      attemptId: body.nextAttempt.id,
      maskedDial2: '********234',
    });
    expect(JSON.stringify(job)).not.toContain('27820001234');
    expect(api.log()).not.toContain('27820001234');
  });
});

describe('Idempotency-Key', () => {
  const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

  it('gives the same body the same answer, and dials once', async () => {
    const first = await api.send('POST', '/v1/calls', good, withKey('k-1'));
    const waiting = (await jobCounts(api.queues)).dial.waiting;
    const second = await api.send('POST', '/v1/calls', { dial2: good.dial2, dial1: good.dial1 }, withKey('"k-1"'));
    expect(second.status).toBe(202);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(second.headers.get('idempotency-replayed')).toBe('true');
    expect((await jobCounts(api.queues)).dial.waiting).toBe(waiting);
  });

  it('refuses another body under the same key', async () => {
    await api.send('POST', '/v1/calls', good, withKey('k-2'));
    const other = await api.send('POST', '/v1/calls', { ...good, dial1: '1002' }, withKey('k-2'));
    expect(other.status).toBe(422);
    expect(other.body).toMatchObject({
      type: 'urn:redial:problem:idempotency_mismatch',
      errors: [{ field: 'Idempotency-Key' }],
    });
  });

  it("is each tenant's own", async () => {
    const mine = await api.send('POST', '/v1/calls', good, withKey('k-3'));
    const theirs = await api.send(
      'POST',
      '/v1/calls',
      { ...good, dial1: '1002' },
      { ...withKey('k-3'), apiKey: api.globexKey },
    );
    expect(theirs.status).toBe(202);
    expect(theirs.body.id).not.toBe(mine.body.id);
  });

  it('answers 409 while the first is in flight', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.send('POST', '/v1/calls', { ...good, reference: 'race' }, withKey('k-4'))),
    );
    const accepted = answers.filter((answer) => answer.status === 202);
    expect(new Set(accepted.map((answer) => answer.body.id)).size).toBe(1);
    for (const answer of answers.filter(({ status }) => status !== 202)) {
      expect(answer.status).toBe(409);
      expect(answer.body.type).toBe('urn:redial:problem:idempotency_in_flight');
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    const { calls } = await api.store.listCalls({ tenantId: 'acme', reference: 'race', limit: 10 });
    expect(calls).toHaveLength(1);
  });

  it('is not used up by a request that was refused', async () => {
    expect((await api.send('POST', '/v1/calls', { dial1: '1001' }, withKey('k-5'))).status).toBe(400);
    expect((await api.send('POST', '/v1/calls', good, withKey('k-5'))).status).toBe(202);
  });

  it.each(['', ' ', 'a b', 'ä', 'x'.repeat(256), 'a,b', '"'])('refuses the key %j', async (key) => {
    const encoded = Buffer.from(key, 'utf8').toString('latin1');
    const answer = await api.send('POST', '/v1/calls', good, withKey(encoded));
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      type: 'urn:redial:problem:invalid_idempotency_key',
      errors: [{ field: 'Idempotency-Key' }],
    });
  });
});

describe('POST /v1/calls/batch', () => {
  it('answers for each call on its own: a bad call does not affect the others', async () => {
    const answer = await api.send('POST', '/v1/calls/batch', {
      calls: [
        { ...good, reference: 'b-0' },
        { dial1: 'x', dial2: '9', wrong: true },
        null,
        { ...good, reference: 'b-3' },
      ],
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ accepted: 2, rejected: 2 });
    const [first, second, third, fourth] = answer.body.results;
    expect(first).toEqual({ index: 0, accepted: true, id: expect.stringMatching(/^call_/), reference: 'b-0' });
    expect(second).toMatchObject({
      index: 1,
      accepted: false,
      problem: { type: 'urn:redial:problem:invalid_request', status: 400 },
    });
    expect(second.problem.errors.map((error: { field: string }) => error.field).sort()).toEqual([
      '/dial1',
      '/dial2',
      '/wrong',
    ]);
    expect(third.problem.errors).toEqual([{ field: '', message: 'must be an object' }]);
    expect(await recordOf(fourth.id)).toMatchObject({ reference: 'b-3' });
    expect(await recordOf(first.id)).toBeDefined();
  });

  it('accepts 1,000 calls, and each gets a job', async () => {
    const before = (await jobCounts(api.queues)).dial.delayed;
    const notBefore = new Date(Date.now() + 3_600_000).toISOString();
    const calls = Array.from({ length: 1_000 }, (_, i) => ({ ...good, notBefore, reference: `bulk-${i}` }));
    const answer = await api.send('POST', '/v1/calls/batch', { calls });
    expect(answer.body).toMatchObject({ accepted: 1_000, rejected: 0 });
    expect(new Set(answer.body.results.map((result: { id: string }) => result.id)).size).toBe(1_000);
    await expect.poll(async () => (await jobCounts(api.queues)).dial.delayed).toBe(before + 1_000);
  });

  it.each([
    [{ calls: [] }, '/calls', 'must hold at least one call and at most 1000'],
    [{ calls: Array.from({ length: 1_001 }, () => good) }, '/calls', 'must hold at least one call and at most 1000'],
    [{ calls: good }, '/calls', 'must be an array'],
    [{}, '/calls', 'is required'],
    [[good], '', 'must be an object'],
    [{ calls: [good], more: 1 }, '/more', 'is not a known field'],
  ])('refuses the whole when it is no batch (%#)', async (body, field, message) => {
    const answer = await api.send('POST', '/v1/calls/batch', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ field, message }]);
  });

  it('is repeated under its key with the same ids', async () => {
    const options = { headers: { 'idempotency-key': 'batch-1' } };
    const body = { calls: [good, { dial1: 'x' }] };
    const first = await api.send('POST', '/v1/calls/batch', body, options);
    const second = await api.send('POST', '/v1/calls/batch', body, options);
    expect(second.text).toBe(first.text);
    expect((await api.send('POST', '/v1/calls', good, options)).status).toBe(422);
  });

  it('keeps only a part of the refusals under a key, and a repetition states it', async () => {
    const options = { headers: { 'idempotency-key': 'batch-2' } };
    const wrong = Object.fromEntries(Array.from({ length: 35 }, (_, i) => [`wrong-${'x'.repeat(50)}-${i}`, 1]));
    const body = { calls: [...Array.from({ length: 998 }, () => wrong), good, wrong] };
    const first = await api.send('POST', '/v1/calls/batch', body, options);
    expect(first.body).toMatchObject({ accepted: 1, rejected: 999 });
    expect(first.body.results).toHaveLength(1_000);
    expect(first.body.results[0].problem.errors).toHaveLength(21);
    expect(first.body.results[0].problem.errors.at(-1)).toEqual({ field: '', message: 'and 17 more' });
    expect(first.body.results[999].problem.errors).toHaveLength(2);
    expect(first.text.length).toBeLessThan(800_000);

    const again = await api.send('POST', '/v1/calls/batch', body, options);
    const accepted = first.body.results[998];
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toMatchObject({ accepted: 1, rejected: 999 });
    expect(again.body.results).toContainEqual(accepted);
    expect(again.body.refusalsLeftOut).toBe(1_000 - again.body.results.length);
    expect(again.text.length).toBeLessThan(8_000);
    expect(await recordOf(accepted.id)).toBeDefined();
  });
});

describe('a body of very many fields', () => {
  const many = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, '']));
  const places: readonly (readonly [string, (fields: object) => object])[] = [
    ['variables', (variables) => ({ ...good, variables })],
    ['headers', (dial1) => ({ ...good, headers: { dial1 } })],
    ['dispositions', (perDisposition) => ({ ...good, retryPolicy: { perDisposition } })],
    ['unknown fields', (fields) => ({ ...good, ...fields })],
  ];
  it.each(places)('is refused as a whole: 250,000 %s, under a key too', async (_name, bodyOf) => {
    const headers = { 'idempotency-key': 'very-many' };
    const answer = await api.send('POST', '/v1/calls/batch', { calls: [bodyOf(many(250_000))] }, { headers });
    expect(answer.status).toBe(200);
    expect(answer.body.results[0].problem.errors).toHaveLength(1);
    expect(answer.text.length).toBeLessThan(1_000);
  });

  it('is refused for one call too, with as many fields as its length allows', async () => {
    for (const [, bodyOf] of places) {
      const { status, text } = await api.send('POST', '/v1/calls', bodyOf(many(4_000)));
      expect(status).toBe(400);
      expect(text.length).toBeLessThan(1_000);
    }
  });
});
