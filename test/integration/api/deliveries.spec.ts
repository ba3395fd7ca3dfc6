import type { AttemptId, CallId, Delivery } from '@redial/call';
import { v1 } from '@redial/dialects';
import { createIds } from '@redial/platform';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';
import { type RunningApi, startApi } from './running-api.ts';

let redis: TestRedis;
let api: RunningApi;
const ids = createIds();

beforeAll(async () => {
  redis = await startTestRedis();
  api = await startApi({ redisUrl: redis.url });
});
afterAll(async () => {
  await api?.stop();
  await redis?.stop();
});

async function delivery(status: Delivery['status'], tenantId = 'acme'): Promise<Delivery> {
  const attemptId: AttemptId = ids.attemptId(ids.callId());
  const callId: CallId = ids.callId();
  const written: Delivery = {
    id: `${attemptId}.crm`,
    tenantId,
    callId,
    attemptId,
    sink: 'crm',
    status,
    createdAt: Date.now() - 60_000,
    tries: 9,
    lastTryAt: Date.now(),
    lastError: 'HTTP 500',
  };
  await api.store.writeDelivery(written);
  return written;
}

it('lists dead deliveries, only the tenant’s own', async () => {
  const dead = await delivery('dead');
  await delivery('dead', 'globex');
  await delivery('pending');
  const { body, status } = await api.send('GET', '/v1/deliveries?state=dead');
  expect(status).toBe(200);
  expect(v1.DeliveriesReply.parse(body).deliveries).toMatchObject([
    { id: dead.id, callId: dead.callId, sink: 'crm', state: 'dead', tries: 9, lastError: 'HTTP 500' },
  ]);
});

it('sends one again, from the start of its schedule', async () => {
  const dead = await delivery('dead');
  const before = (await jobCounts(api.queues)).deliveries.waiting;
  const answer = await api.send('POST', `/v1/deliveries/${dead.id}/resend`);
  expect(answer.status).toBe(202);
  expect(answer.body).toMatchObject({ id: dead.id, state: 'pending', tries: 0 });
  expect(await api.store.readDelivery(dead.id)).toMatchObject({ status: 'pending', tries: 0 });
  expect((await jobCounts(api.queues)).deliveries.waiting).toBe(before + 1);
  const again = await api.send('POST', `/v1/deliveries/${dead.id}/resend`);
  expect(again.status).toBe(409);
  expect(again.body.type).toBe('urn:redial:problem:delivery_not_dead');
  expect(again.body.detail).toBe('The delivery is pending. Only one that is dead, given up, can be sent again.');
});

it('sends one again once, for any number of simultaneous requests', async () => {
  const dead = await delivery('dead');
  const answers = await Promise.all(
    Array.from({ length: 5 }, () => api.send('POST', `/v1/deliveries/${dead.id}/resend`)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409, 409, 409, 409]);
});

it("answers 404 for another tenant's delivery and for an invalid id", async () => {
  const theirs = await delivery('dead', 'globex');
  for (const id of [theirs.id, 'att_x.crm', 'x', `${theirs.attemptId}.`, 'a%2Fb']) {
    expect((await api.send('POST', `/v1/deliveries/${id}/resend`)).status).toBe(404);
  }
});

it.each([
  ['', 'state', 'is required'],
  ['state=pending', 'state', 'must be dead'],
  ['state=dead&limit=0', 'limit', 'must be a number from 1 to 200'],
  ['state=dead&limit=201', 'limit', 'must be a number from 1 to 200'],
  ['state=dead&limit=1&limit=2', 'limit', 'must be a string: a number from 1 to 200'],
  ['state=dead&x=1', 'x', 'is not a known field'],
])('refuses ?%s', async (query, field, message) => {
  const answer = await api.send('GET', `/v1/deliveries?${query}`);
  expect(answer.status).toBe(400);
  expect(answer.body.errors).toEqual([{ field, message }]);
});
