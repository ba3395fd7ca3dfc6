import type { CallId } from '@redial/call';
import { connectRedis, type Redis, redisReady } from '@redial/platform';
import { createStore, type Store } from '@redial/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { dial, settle } from './dialed.ts';
import { type RunningApi, startApi } from './running-api.ts';

const good = { dial1: '1001', dial2: '0820001234' };
const inOneHour = () => new Date(Date.now() + 3_600_000).toISOString();
const inTwoHours = () => new Date(Date.now() + 7_200_000).toISOString();
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

async function place(more: Readonly<Record<string, unknown>> = {}) {
  const answer = await api.send('POST', '/v1/calls', { ...good, ...more });
  if (answer.status !== 202) throw new Error(answer.text);
  return answer.body;
}

function patch(id: string, body: unknown, ifMatch: string | null = '"1"') {
  return api.send('PATCH', `/v1/calls/${id}`, body, { headers: ifMatch === null ? {} : { 'if-match': ifMatch } });
}

async function dialQueue() {
  return (await jobCounts(api.queues)).dial;
}

describe('PATCH /v1/calls/{id}', () => {
  it('moves a waiting call and its job', async () => {
    const { id, nextAttempt } = await place({ notBefore: inOneHour() });
    const notBefore = inTwoHours();
    const answer = await patch(id, { notBefore, expiresAt: '203001010000' });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ field: '/expiresAt', message: 'is more than 366 days ahead' }]);

    const moved = await patch(id, { notBefore });
    expect(moved.status).toBe(200);
    expect(moved.headers.get('etag')).toBe('"2"');
    expect(Date.parse(moved.body.nextAttempt.dueAt)).toBe(Date.parse(notBefore));
    const job = await api.redis.hgetall(`${api.prefix}:dial:${nextAttempt.id}`);
    expect(Math.abs(Number(job['timestamp']) + Number(job['delay']) - Date.parse(notBefore))).toBeLessThan(5_000);
  });

  it('makes a call due now', async () => {
    const { id } = await place({ notBefore: inOneHour() });
    const before = await dialQueue();
    const now = await patch(id, { notBefore: new Date().toISOString() });
    expect(now.body.state).toBe('queued');
    await expect.poll(async () => (await dialQueue()).delayed).toBe(before.delayed);
  });

  it('sets and removes the limit', async () => {
    const { id } = await place({ notBefore: inOneHour() });
    const limited = await patch(id, { expiresAt: inTwoHours() });
    expect(limited.body.expiresAt).not.toBeNull();
    const free = await patch(id, { expiresAt: null }, '"2"');
    expect(free.body.expiresAt).toBeNull();
  });

  it('requires If-Match', async () => {
    const { id } = await place({ notBefore: inOneHour() });
    const body = { notBefore: inTwoHours() };
    expect((await patch(id, body, null)).status).toBe(428);
    for (const stale of ['"2"', 'W/"1"', '1', '""', '"x"']) expect((await patch(id, body, stale)).status).toBe(412);
    expect((await patch(id, body, '"9", "1"')).status).toBe(200);
    expect((await patch(id, body, '"1"')).status).toBe(412);
    expect((await patch(id, body, '*')).status).toBe(200);
  });

  it('lets one of many win', async () => {
    const { id } = await place({ notBefore: inOneHour() });
    const answers = await Promise.all(Array.from({ length: 10 }, () => patch(id, { notBefore: inTwoHours() })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array.from({ length: 9 }, () => 412)]);
  });

  it('does not change a call that is dialled or has ended', async () => {
    const { id } = await place();
    const attempt = await dial(api, id);
    expect((await patch(id, { notBefore: inOneHour() }, '*')).body.type).toBe('urn:redial:problem:call_in_flight');
    const at = Date.now();
    await settle(api, attempt, { dial1Hangup: { cause: 17, at }, originateFailed: { reason: 0, at } });
    expect((await patch(id, { notBefore: inOneHour() }, '*')).body.type).toBe('urn:redial:problem:call_ended');
  });

  it.each([
    [{}, [{ field: '', message: 'must hold notBefore, expiresAt or both' }]],
    [{ notBefore: 'soon' }, [{ field: '/notBefore', message: expect.stringMatching(/RFC 3339.* or YYYYMMDDhhmm/) }]],
    [{ notBefore: null }, [{ field: '/notBefore', message: expect.stringMatching(/RFC 3339.* or YYYYMMDDhhmm/) }]],
    [{ notBefore: '2020-01-01T00:00:00Z' }, [{ field: '/notBefore', message: 'is in the past' }]],
    [{ dial1: '1002' }, [{ field: '/dial1', message: 'is not a known field' }]],
    [{ expiresAt: 7 }, [{ field: '/expiresAt', message: expect.stringMatching(/RFC 3339.* or YYYYMMDDhhmm/) }]],
  ])('refuses %j', async (body, errors) => {
    const { id } = await place({ notBefore: inOneHour() });
    const answer = await patch(id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual(errors);
    expect((await api.send('GET', `/v1/calls/${id}`)).headers.get('etag')).toBe('"1"');
  });

  it('requires expiresAt after the next attempt', async () => {
    const { id } = await place({ notBefore: inTwoHours() });
    expect((await patch(id, { expiresAt: inOneHour() })).body.errors[0].field).toBe('/expiresAt');
  });
});

describe('POST /v1/calls/{id}/cancel', () => {
  const cancel = (id: string, headers: Readonly<Record<string, string>> = {}) =>
    api.send('POST', `/v1/calls/${id}/cancel`, undefined, { headers });

  it('cancels a waiting call and removes its job', async () => {
    const { id } = await place({ notBefore: inOneHour() });
    const before = await dialQueue();
    const canceled = await cancel(id);
    expect(canceled.status).toBe(200);
    expect(canceled.body).toMatchObject({
      state: 'canceled',
      reason: 'canceled before it was dialled',
      nextAttempt: null,
    });
    expect((await dialQueue()).delayed).toBe(before.delayed - 1);
    expect((await cancel(id)).status).toBe(200);
  });

  it('requests the hang-up of a call in progress, at every request', async () => {
    const heard = await listener();
    try {
      const { id } = await place();
      const attempt = await dial(api, id);
      const first = await cancel(id);
      expect(first.status).toBe(202);
      expect(first.body).toMatchObject({ state: 'dialing', cancelRequestedAt: expect.any(String) });
      const second = await cancel(id);
      expect(second.status).toBe(202);
      expect(second.headers.get('etag')).toBe(first.headers.get('etag'));
      await expect
        .poll(() => heard.cancels)
        .toEqual([
          ['pbx1', attempt.id],
          ['pbx1', attempt.id],
        ]);

      const at = Date.now();
      await settle(api, attempt, {
        cancelRequestedAt: at,
        dial1Hangup: { cause: 16, at },
        originateFailed: { reason: 0, at },
      });
      expect((await cancel(id)).body).toMatchObject({ state: 'canceled', attempts: [{ disposition: 'canceled' }] });
    } finally {
      await heard.close();
    }
  });

  it('cannot cancel an ended call', async () => {
    const { id } = await place();
    const attempt = await dial(api, id);
    const at = Date.now();
    await settle(api, attempt, { dial1Hangup: { cause: 17, at }, originateFailed: { reason: 0, at } });
    const answer = await cancel(id);
    expect(answer.status).toBe(409);
    expect(answer.body.type).toBe('urn:redial:problem:call_ended');
  });

  it('checks If-Match if it is sent', async () => {
    const { id } = await place({ notBefore: inOneHour() });
    expect((await cancel(id, { 'if-match': '"7"' })).status).toBe(412);
    expect((await cancel(id, { 'if-match': '"1"' })).status).toBe(200);
  });

  it('races with a reschedule, and exactly one of the two happens', async () => {
    const { id } = await place({ notBefore: inOneHour() });
    const [canceled] = await Promise.all([cancel(id), patch(id, { notBefore: inTwoHours() }), cancel(id)]);
    expect(canceled?.status).toBe(200);
    expect((await api.store.readCall(id as CallId))?.value.state.status).toBe('canceled');
  });
});

/** A process that watches a PBX, reduced to cancels. */
async function listener(): Promise<{ readonly cancels: [string, string][]; close(): Promise<void> }> {
  const connections: Redis[] = (['store', 'subscriber'] as const).map((role) => connectRedis({ url: redis.url, role }));
  await Promise.all(connections.map((connection) => redisReady(connection, 10_000)));
  const [own, subscriber] = connections as [Redis, Redis];
  const store: Store = createStore({ redis: own, subscriber, prefix: api.prefix });
  const cancels: [string, string][] = [];
  await store.onCancel((pbx, attemptId) => cancels.push([pbx, attemptId]));
  return { cancels, close: () => store.close() };
}
