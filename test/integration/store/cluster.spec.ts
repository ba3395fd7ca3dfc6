import { cdrOf, type Evidence, outcomeOf, stepCall } from '@redial/call';
import { beforeEach, expect, it, vi } from 'vitest';
import { accepted, dialed, ids, newCall, noon, request, useStoreOnRedis } from './store-on-redis.ts';

/**
 * One node of a Redis Cluster that owns every slot. Like any Cluster it refuses commands that touch two slots at once.
 */
const onRedis = useStoreOnRedis({ extraArgs: ['--cluster-enabled', 'yes'] });

beforeEach(async () => {
  const { redis } = onRedis;
  if (String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) return;
  await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await vi.waitFor(
    async () => expect(String(await redis.call('CLUSTER', 'INFO'))).toContain('cluster_state:ok'),
    20_000,
  );
});

it('given a Cluster when keys of two hash tags are written in one step then it refuses: this test can fail', async () => {
  await expect(onRedis.redis.mset('{a}', '1', '{b}', '2')).rejects.toThrow(/CROSSSLOT/);
});

it('given a Cluster when a call goes from acceptance to its end then every step stays in one slot', async () => {
  const store = await onRedis.open();
  const key = { tenantId: 'acme', key: 'k', fingerprint: 'f' };
  await store.beginIdempotency(key);
  await store.acceptCalls([newCall(), newCall()], { ...key, reply: 'r' });
  expect(await store.beginIdempotency(key)).toEqual({ type: 'replay', reply: 'r' });

  const reservation = { tenantId: 'acme', dialect: 'dialup', reference: 'r', reserves: 'open_reference' } as const;
  const reserved = newCall();
  expect(await store.acceptCalls([reserved], undefined, reservation)).toEqual({ type: 'accepted' });
  expect(await store.acceptCalls([newCall()], undefined, reservation)).toEqual({ type: 'taken', by: [reserved.id] });

  const before = await accepted(store, { request: { ...request, outcomeAwaited: true } });
  const { after, attempt: made } = dialed(before.value, ['pbx:main', 'trunk:a']);
  const attempt = { ...made, awaited: true } as const;
  const hints = vi.fn();
  await store.onCallChanged(hints);
  const limits = attempt.limits.map((limit) => ({ limit, permits: 1, maxCalls: 5, maxCallsPerSecond: 5 }));
  const taken = await store.acquirePermits({
    attemptId: attempt.id,
    pbx: 'main',
    limits,
    now: noon,
    leaseMs: 60_000,
    horizonMs: 1_000,
  });
  expect(taken.granted).toBe(true);
  const cap = { tenantId: 'acme', day: '2026-03-28', numbers: ['27820001234'], max: 5 };
  expect((await store.claim(before, after, attempt, cap)).ok).toBe(true);
  expect(await store.pbxsWithOpenAttempts()).toEqual(['main']);
  await store.recordProgress(attempt.id, 'ringing', noon);
  await store.recordProgress(attempt.id, 'answered', noon);

  const evidence: Evidence = { refused: { message: 'no', at: noon } };
  const outcome = outcomeOf(evidence, noon);
  const { call } = stepCall(after, {
    type: 'settle',
    attemptId: attempt.id,
    at: noon,
    outcome,
    nextAttemptId: ids.attemptId(),
  });
  const ended = { ...attempt, ended: { outcome, evidence, settledAt: noon, reportedBy: 'test' } };
  const settled = await store.settle({
    call: { before: { value: after, version: 2 }, after: call },
    attempt: { before: { value: attempt, version: 1 }, after: ended },
    cdr: cdrOf(call, ended, outcome, evidence),
    deliveries: [],
  });
  expect(settled.ok).toBe(true);
  await vi.waitFor(() => expect(hints.mock.calls).toEqual([[after.id], [after.id]]), 20_000);
  expect(await store.permitsHeld(attempt.limits, noon)).toEqual({ 'pbx:main': 0, 'trunk:a': 0 });
  expect((await store.listCalls({ tenantId: 'acme', limit: 10 })).calls).toHaveLength(4);
  expect((await store.readAttempts([attempt.id])).length).toBe(1);
  expect(await store.pbxsWithOpenAttempts()).toEqual([]);
  expect(await store.cancelRequested()).toEqual([]);
  const unused = ids.attemptId();
  await store.acquirePermits({ attemptId: unused, pbx: 'main', limits, now: noon, leaseMs: 60_000, horizonMs: 1_000 });
  await store.releasePermits(unused, attempt.limits);
  expect(await store.permitsHeld(attempt.limits, noon)).toEqual({ 'pbx:main': 0, 'trunk:a': 0 });
  await store.forgetEnded(noon + 366 * 86_400_000, 10);
});
