import { cdrOf, type Delivery, isPlanned, outcomeOf, stepCall } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { ids } from '../store/store-on-redis.ts';
import { aCrashWorld, type CrashWorld } from './crash-world.ts';
import { killUntilThrough } from './kill-until-through.ts';
import { expectNothingLeft, expectReportedOnce, isDone } from './reported-once.ts';
import { anAttempt, busy, type InFlight } from './under-way.ts';

/** From the search for what was left to the last repair. */
const world = aCrashWorld();
/** Longer than the sweeper leaves anything to the process that settled. */
const agoMs = 60_000;

describe('given a results process that died as soon as it had settled, and one that sweeps', () => {
  it('when that one dies too, between any two of its operations, then the next one restores everything', async () => {
    const { works, operations } = await killUntilThrough(world, {
      start: (aheadMs) => world.start('results', aheadMs, { env: { REDIAL_SWEEP_SECONDS: '1' } }),
      begin: async () => settledAndLeft(world, await anAttempt(world.store, { maxRetries: 1, delaySeconds: 30 })),
      isDone: (attempt) => isDone(world, attempt),
      afterwards: async (attempt) => {
        await expectReportedOnce(world, attempt, { status: 'waiting', attemptNumber: 2 });
        await putAway(world, attempt);
      },
    });
    expect(operations.length, operations.join(' ')).toBeGreaterThan(15);
    for (const one of works) await expectReportedOnce(world, one, { status: 'canceled' });
    await expectNothingLeft(world);
  }, 600_000);
});

/** The one write of settling, without its later steps. */
async function settledAndLeft({ store }: CrashWorld, { call, attempt }: InFlight): Promise<InFlight> {
  const at = Date.now() - agoMs;
  const before = await store.readForAttempt(call.id, attempt.id);
  if (before.call === undefined || before.attempt === undefined) throw new Error('the attempt is in the store');
  const evidence = busy(at);
  const outcome = outcomeOf(evidence, at);
  const settled = {
    type: 'settle',
    attemptId: attempt.id,
    at,
    outcome,
    nextAttemptId: ids.attemptId(call.id),
  } as const;
  const after = stepCall(call, settled).call;
  const ended = { ...attempt, ended: { outcome, evidence, settledAt: at, reportedBy: 'dialer' } };
  const cdr = cdrOf(after, ended, outcome, evidence);
  const written = await store.settle({
    call: { before: before.call, after },
    attempt: { before: before.attempt, after: ended },
    cdr,
    deliveries: ['list', 'stream', 'crm'].map((sink): Delivery => {
      const { id: callId, tenantId } = call;
      const id = `${attempt.id}.${sink}`;
      return { id, tenantId, callId, attemptId: attempt.id, sink, status: 'pending', createdAt: at, tries: 0 };
    }),
  });
  expect(written).toMatchObject({ ok: true });
  return { call: after, attempt: ended };
}

/** Every sweep reads a planned attempt, which would disturb the next work. */
async function putAway({ store, queues }: CrashWorld, { call }: InFlight): Promise<void> {
  const before = await store.readCall(call.id);
  if (before === undefined || !isPlanned(before.value.state)) throw new Error('the call has a planned attempt');
  await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: Date.now() }).call);
  // The sweeper may have read the call earlier and may add the job again: a dialer then finds nothing to dial.
  await queues.dial.remove(before.value.state.attemptId);
}
