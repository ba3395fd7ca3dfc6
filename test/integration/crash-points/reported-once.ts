import { isPlanned } from '@redial/call';
import { expect } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import type { CrashWorld } from './crash-world.ts';
import { type InFlight, limits } from './under-way.ts';

/** No process has work left for the attempt. */
export async function isDone({ store, jobs }: CrashWorld, { call, attempt }: InFlight): Promise<boolean> {
  const [now, results, delivery] = await Promise.all([
    store.readCall(call.id),
    jobs('results').getJobState(attempt.id),
    jobs('deliveries').getJobState(`${attempt.id}.crm`),
  ]);
  if (now === undefined || now.value.state.status === 'dialing') return false;
  // Unknown: there was no report to the results process, because it was settled already.
  if (!['completed', 'unknown'].includes(results) || delivery !== 'completed') return false;
  const { state } = now.value;
  if (isPlanned(state) && (await jobs('dial').getJobState(state.attemptId)) === 'unknown') return false;
  return (await store.countUndelivered()) === 0;
}

/** One end, one CDR, one entry in each Redis sink, and the same webhook at least once. */
export async function expectReportedOnce(world: CrashWorld, { call, attempt }: InFlight, ends: object): Promise<void> {
  const { store, redis, receiver } = world;
  const after = (await store.readCall(call.id))?.value;
  expect(after?.state).toMatchObject(ends);
  expect(after?.history).toMatchObject([{ attemptId: attempt.id, disposition: 'busy' }]);
  expect(await store.readCdr(attempt.id)).toMatchObject({ id: attempt.id, disposition: 'busy', lost: false });
  const entries = (await redis.lrange(world.list, '0', '-1')).filter((entry) => JSON.parse(entry).id === attempt.id);
  expect(entries, 'entries of the list').toHaveLength(1);
  const added = await redis.xrange(world.stream, '-', '+');
  expect(
    added.filter(([, fields]) => fields.includes(`${attempt.id}.stream`)),
    'entries of the stream',
  ).toHaveLength(1);
  const requests = receiver.received.filter(({ body }) => JSON.parse(body).data.id === attempt.id);
  expect(requests.length, 'webhooks').toBeGreaterThanOrEqual(1);
  expect(new Set(requests.map(({ headers, body }) => `${headers['webhook-id']} ${body}`)).size).toBe(1);
  expect(requests[0]?.headers['webhook-id']).toBe(`${attempt.id}.crm`);
}

/** Nothing is open, undelivered or held, and only jobs of future attempts wait. */
export async function expectNothingLeft({ store, queues, redis, prefix }: CrashWorld): Promise<void> {
  expect(await store.pbxsWithOpenAttempts()).toEqual([]);
  expect(await store.countUndelivered()).toBe(0);
  expect(await store.permitsHeld(limits, 0)).toEqual(Object.fromEntries(limits.map((limit) => [limit, 0])));
  expect(await redis.zcard(`${prefix}:slots-in-use:main`)).toBe(0);
  const { results, deliveries, dial } = await jobCounts(queues);
  const idle = { waiting: 0, active: 0, delayed: 0, failed: 0 };
  expect({ results, deliveries }).toEqual({ results: idle, deliveries: idle });
  expect([dial.active, dial.failed]).toEqual([0, 0]);
}
