import { describe, expect, it } from 'vitest';
import { expectCell } from './expect-cell.ts';
import { expected } from './expected.ts';
import type { FaultName } from './faults.ts';
import { type Phase, phases } from './phases.ts';
import { withNeeds } from './reach-phases.ts';
import { runColumn } from './run-column.ts';

/**
 * One cell in each row and each column of the fault table; `faults.spec.ts` has all of them. A world holds only the
 * call of its cell and the calls that this needs. So it starts and ends sooner than a world with a call in every phase.
 */
const cells: Readonly<Record<FaultName, Phase>> = {
  // The longest come first.
  'Redis paused 40 s': 'permits taken',
  'AMI silent': 'dial1 ringing',
  'dialer killed': 'queued',
  'dialer asleep': 'claim taken',
  'clock +1 h': 'claim taken',
  'clock −1 h': 'next attempt queued',
  'jobs delivered twice': 'CDR written',
  'Asterisk killed': 'talking',
  'Asterisk restarted': 'hung up',
  'Redis killed': 'dial2 ringing',
  'AMI cut': 'dial1 answered',
  'results killed': 'settled',
  'one of two Asterisks killed': 'settled',
  'AMI cut to one of two': 'accepted',
  'API killed': 'accepted',
};
const withinMs = 400_000;

describe('given a call in one phase', () => {
  it.concurrent.each(Object.entries(cells) as [FaultName, Phase][])(
    'when: %s, and it is: %s, then it ends as the table holds, and nothing is left behind',
    async (fault, wanted) => {
      const column = await runColumn(fault, [wanted]);
      for (const phase of withNeeds([wanted])) expectCell(column.cells[phase], expected[fault][phase]);
      expect({ leftBehind: column.leftBehind, strayInvites: column.strayInvites }).toEqual({
        leftBehind: [],
        strayInvites: [],
      });
      for (const [process, { before, after }] of Object.entries(column.timers))
        expect({ process, timers: after }).toEqual({ process, timers: Math.min(after, before) });
      for (const exit of Object.values(column.exits)) expect(exit).toEqual({ code: 0, quick: true });
    },
    withinMs,
  );

  it('no phase of a call is without a cell', () => {
    expect(phases.filter((phase) => !withNeeds(Object.values(cells)).includes(phase))).toEqual([]);
  });
});
