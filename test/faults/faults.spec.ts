import { afterAll, describe, expect, it } from 'vitest';
import { expectCell } from './expect-cell.ts';
import { expected } from './expected.ts';
import { type FaultName, faults } from './faults.ts';
import { phases } from './phases.ts';
import { tableOf } from './printed-table.ts';
import { type Column, runColumn } from './run-column.ts';

/**
 * Every phase of a call × every fault. In every case the phones see exactly one INVITE per sent attempt, and each
 * attempt has one CDR. The call has one final state, and nothing is left behind. One world per fault has a call in
 * every phase when the fault strikes. The worlds run side by side.
 */
const names = Object.keys(faults) as FaultName[];
const columns = new Map<FaultName, Promise<Column>>();
const withinMs = 900_000;

/** A fault strikes once, for all its cells. A fault without a selected test does not run. */
function column(fault: FaultName): Promise<Column> {
  const known = columns.get(fault) ?? runColumn(fault);
  columns.set(fault, known);
  return known;
}

describe.each(names)('given calls in every phase, when: %s', (fault) => {
  it.concurrent.each(phases)(
    'the call in the phase: %s',
    async (phase) => {
      const cell = expected[fault][phase];
      expectCell((await column(fault)).cells[phase], cell);
    },
    withinMs,
  );

  it.concurrent(
    'then none of their records is left in Redis',
    async () => {
      expect((await column(fault)).leftBehind).toEqual([]);
    },
    withinMs,
  );

  it.concurrent(
    'then no phone has rung for any other call',
    async () => {
      expect((await column(fault)).strayInvites).toEqual([]);
    },
    withinMs,
  );

  it.concurrent(
    'then no process has a timer more than before the first call',
    async () => {
      for (const [process, { before, after }] of Object.entries((await column(fault)).timers))
        expect({ process, timers: after }).toEqual({ process, timers: Math.min(after, before) });
    },
    withinMs,
  );

  it.concurrent(
    'then SIGTERM ends each process at once: it waits for nothing',
    async () => {
      for (const exit of Object.values((await column(fault)).exits)) expect(exit).toEqual({ code: 0, quick: true });
    },
    withinMs,
  );
});

afterAll(async () => {
  const done = await Promise.allSettled([...columns].map(async ([fault, run]) => [fault, await run] as const));
  const reported = done.flatMap((run) => (run.status === 'fulfilled' ? [run.value] : []));
  process.stderr.write(`${tableOf(new Map(reported))}\n`);
});
