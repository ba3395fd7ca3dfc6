import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { oneOfEach } from '../../support/one-of-each.ts';
import type { Redial } from '../../support/redial.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { vendorTenantOfOneTrunk } from '../../support/vendors.ts';
import { type RunningApi, startApi } from './running-api.ts';

const tenant = { ...vendorTenantOfOneTrunk, quotas: { requestsPerMinute: 1_000_000, openCalls: 5 } };
const good = { dial1: '1001', dial2: '0820001234', notBefore: new Date(Date.now() + 86_400_000).toISOString() };
let redis: TestRedis;
let api: RunningApi;
beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({ redisUrl: redis.url, tenant });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

const open = () => api.store.countOpenCalls('acme');
const many = (count: number) => Array.from({ length: count }, (_, n) => ({ ...good, reference: `r${n}` }));

describe('a tenant with quotas.openCalls calls that have not ended', () => {
  it('given 20 requests at once for five places then five are accepted, and the others get a Retry-After', async () => {
    const answers = await Promise.all(many(20).map((call) => api.send('POST', '/v1/calls', call)));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(5);
    const refused = answers.filter(({ status }) => status !== 202);
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    for (const { headers, body } of refused) {
      expect(headers.get('retry-after')).toBe('30');
      expect(body.type).toBe('urn:redial:problem:too_many_open_calls');
    }
    expect(await open()).toBe(5);
    expect((await jobCounts(api.queues)).dial).toMatchObject({ waiting: 0, delayed: 5 });
  });

  it('given a key that was refused because of the limit when a call has ended then the same request is accepted', async () => {
    const keyed = () => api.send('POST', '/v1/calls', good, { headers: { 'idempotency-key': 'k' } });
    expect((await keyed()).status).toBe(429);
    await endAll(1);
    const answer = await keyed();
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([202, null]);
    const again = await keyed();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  });

  it('given a batch with more calls than the limit allows then the first good ones are accepted and the others named', async () => {
    await endAll(3);
    const calls = [many(1)[0], { dial1: 'x' }, ...many(5)];
    const { status, headers, body } = await api.send('POST', '/v1/calls/batch', { calls });
    expect([status, body.accepted, body.rejected]).toEqual([200, 3, 4]);
    expect(headers.get('retry-after')).toBe('30');
    expect(body.results.map((item: { accepted: boolean; problem?: { type: string } }) => item.problem?.type)).toEqual([
      undefined,
      'urn:redial:problem:invalid_request',
      undefined,
      undefined,
      ...Array.from({ length: 3 }, () => 'urn:redial:problem:too_many_open_calls'),
    ]);
    expect(await open()).toBe(5);
    expect((await jobCounts(api.queues)).dial).toMatchObject({ waiting: 0, delayed: 5 });
    for (const { id } of body.results.filter((item: { accepted: boolean }) => item.accepted))
      expect((await api.send('GET', `/v1/calls/${id}`)).status).toBe(200);
  });

  it('given batches at once then together they accept no more than the limit allows', async () => {
    await endAll(5);
    const batches = await Promise.all(
      Array.from({ length: 6 }, () => api.send('POST', '/v1/calls/batch', { calls: many(3) })),
    );
    expect(batches.map(({ status }) => status)).toEqual(batches.map(() => 200));
    expect(batches.reduce((sum, { body }) => sum + body.accepted, 0)).toBe(5);
    expect(await open()).toBe(5);
  });

  it('given a large batch due later and a reached limit then nothing of it is on the queue', async () => {
    const { body } = await api.send('POST', '/v1/calls/batch', { calls: many(500) });
    expect([body.accepted, body.rejected]).toEqual([0, 500]);
    expect((await jobCounts(api.queues)).dial).toMatchObject({ waiting: 0, delayed: 5 });
  });

  it.each(oneOfEach)('is refused in the words of $vendor', async ({ ask, refused }) => {
    const { status, headers, body } = await ask({ request: keyless }, 'vendor-1');
    expect(status).toBe(429);
    expect(headers.get('retry-after')).toBe('30');
    expect(body).toMatchObject(refused as object);
    expect(JSON.stringify(body)).toContain('calls that have not ended');
    expect(await open()).toBe(5);
  });
});

const keyless: Redial['request'] = (method, path, body, headers = {}) =>
  api.send(method, path, body, { headers, ...('authorization' in headers && { apiKey: null }) });

/** Ends this many of the open calls. */
async function endAll(count: number): Promise<void> {
  const { body } = await api.send('GET', `/v1/calls?state=scheduled&limit=${count}`);
  for (const { id } of body.calls) {
    const { headers } = await api.send('GET', `/v1/calls/${id}`);
    const answer = await api.send('POST', `/v1/calls/${id}/cancel`, undefined, {
      headers: { 'if-match': headers.get('etag') ?? '' },
    });
    expect(answer.status).toBeLessThan(300);
  }
}
