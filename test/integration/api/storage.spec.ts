import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from './running-api.ts';

const good = { dial1: '1001', dial2: '0820001234' };
/** A safety net, because the pauses between reconnects grow. */
const reconnected = { timeout: 30_000 };

describe('while Redis is down', () => {
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

  it('accepts nothing and states it; calls accepted before are there afterwards', async () => {
    const before = await api.send('POST', '/v1/calls', { ...good, reference: 'before' });
    expect(before.status).toBe(202);
    await redis.kill();
    await expect.poll(async () => (await api.send('GET', '/readyz/accepting')).status).toBe(503);

    const single = await api.send('POST', '/v1/calls', { ...good, reference: 'meanwhile' });
    expect(single.status).toBe(503);
    expect(single.headers.get('retry-after')).toBe('5');
    expect(single.headers.get('content-type')).toContain('application/problem+json');
    expect(single.body.type).toBe('urn:redial:problem:storage_unavailable');
    const keyed = await api.send(
      'POST',
      '/v1/calls',
      { ...good, reference: 'meanwhile' },
      { headers: { 'idempotency-key': 'k' } },
    );
    expect(keyed.status).toBe(503);
    expect((await api.send('POST', '/v1/calls/batch', { calls: [good] })).status).toBe(503);
    expect((await api.send('GET', `/v1/calls/${before.body.id}`)).status).toBe(503);
    const vendor = await api.send('POST', '/click2dial/calls', {
      agent: '1001',
      callee: '0820001234',
      outbound_id: 'random',
    });
    expect(vendor.status).toBe(503);
    expect(vendor.body.success).toBe(false);
    expect((await api.send('GET', '/livez')).status).toBe(200);
    expect((await api.send('GET', '/readyz')).body.checks.redis).toMatch(
      /^Redis cannot be reached: (connection closed|connect ECONNREFUSED 127\.0\.0\.1:\d+)$/,
    );

    await redis.restart();
    await expect.poll(async () => (await api.send('GET', '/readyz/accepting')).status, reconnected).toBe(200);
    const kept = async () => (await api.send('GET', '/v1/calls?reference=before')).body?.calls?.length;
    await expect.poll(kept, reconnected).toBe(1);
    expect((await api.send('GET', '/v1/calls?reference=meanwhile')).body.calls).toEqual([]);
    const again = await api.send(
      'POST',
      '/v1/calls',
      { ...good, reference: 'meanwhile' },
      { headers: { 'idempotency-key': 'k' } },
    );
    expect(again.status).toBe(202);
  });
});

describe('a start while Redis refuses', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startTestRedis();
  });
  afterAll(() => redis?.stop());

  it('still happens: nothing is accepted, /readyz states why, and calls are accepted once Redis is there', async () => {
    await redis.kill();
    const api = await startApi({ redisUrl: redis.url, beforeRedis: true });
    const refused = await api.send('POST', '/v1/calls', good);
    expect(refused).toMatchObject({ status: 503, body: { type: 'urn:redial:problem:storage_unavailable' } });
    expect((await api.send('GET', '/livez')).status).toBe(200);
    expect((await api.send('GET', '/readyz')).body.checks.redis).toMatch(/^Redis cannot be reached: /);
    await redis.restart();
    await expect.poll(async () => (await api.send('GET', '/readyz/accepting')).status, reconnected).toBe(200);
    expect((await api.send('POST', '/v1/calls', good)).status).toBe(202);
    expect(await api.stop()).toBe(0);
  });
});

describe('a Redis without persistence', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startTestRedis({ appendonly: false });
  });
  afterAll(() => redis?.stop());

  it('is refused if calls must be on disk, and nothing is written', async () => {
    const api = await startApi({ redisUrl: redis.url });
    expect((await api.send('POST', '/v1/calls', good)).status).toBe(503);
    expect(await api.keys()).toEqual([]);
    const ready = await api.send('GET', '/readyz');
    expect(ready.status).toBe(503);
    expect(ready.body.checks.durability).toContain('appendonly no');
    expect(api.log()).toContain('no call will be accepted');
    expect(await api.stop()).toBe(0);
  });

  it('is accepted if the operator allows it', async () => {
    const api = await startApi({ redisUrl: redis.url, env: { REDIAL_DURABILITY: 'none' } });
    expect((await api.send('POST', '/v1/calls', good)).status).toBe(202);
    await api.stop();
  });
});

describe('a start that cannot work', () => {
  it.each([
    [{ REDIAL_CONFIG: './no-such-file.yaml' }, 'no-such-file.yaml'],
    [{ REDIAL_HTTP_PORT: 'http' }, 'REDIAL_HTTP_PORT'],
  ])('ends at once with a sentence (%j)', async (env, word) => {
    await expect(startApi({ redisUrl: 'redis://127.0.0.1:1', env })).rejects.toThrow(word);
  });
});
