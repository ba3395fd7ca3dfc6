import { describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { aCrashWorld } from './crash-world.ts';
import { killUntilThrough } from './kill-until-through.ts';
import { expectNothingLeft, expectReportedOnce, isDone } from './reported-once.ts';
import { anAttempt, busy } from './under-way.ts';

/** From the result to the last delivery: settling, the CDR, its sinks, the next attempt. */
const world = aCrashWorld();

describe.each([
  { what: 'is retried', maxRetries: 1, ends: { status: 'waiting', attemptNumber: 2 } },
  { what: 'was its call’s last', maxRetries: 0, ends: { status: 'exhausted' } },
])('given an attempt that $what, and a results process that hears of its end', ({ maxRetries, ends }) => {
  it('when it dies between any two of its operations, then the next one ends the attempt once and serves every sink', async () => {
    const { works, operations } = await killUntilThrough(world, {
      start: (aheadMs) => world.start('results', aheadMs),
      begin: () => anAttempt(world.store, { maxRetries, delaySeconds: 30 }),
      handOver: ({ attempt: { id: attemptId, callId } }) =>
        world.queues.results.add({ callId, attemptId, reportedBy: 'dialer', evidence: busy(Date.now()) }),
      isDone: (attempt) => isDone(world, attempt),
    });
    expect(operations.length, operations.join(' ')).toBeGreaterThan(15);
    for (const one of works) await expectReportedOnce(world, one, ends);
    await expectNothingLeft(world);
    const { waiting, delayed } = (await jobCounts(world.queues)).dial;
    expect(waiting + delayed, 'jobs, one for each planned attempt').toBe(
      await world.store.countOverdue(Number.MAX_SAFE_INTEGER),
    );
  }, 600_000);
});
