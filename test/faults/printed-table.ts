import type { AttemptOutcome } from './expected.ts';
import type { FaultName } from './faults.ts';
import { type Phase, phases } from './phases.ts';
import type { Column } from './run-column.ts';

const columnsAtOnce = 4;
const cellWidth = 28;
const phaseWidth = Math.max(...phases.map((phase) => phase.length)) + 2;

/** Phases × faults → the dispositions seen and the INVITEs at both phones, for people. */
export function tableOf(columns: ReadonlyMap<FaultName, Column>): string {
  const all = [...columns];
  const lines = [
    'Dispositions seen by attempt, and INVITEs at dial1’s and dial2’s phone (*: lost, concluded from silence; ²: on the second PBX):',
  ];
  for (let from = 0; from < all.length; from += columnsAtOnce) {
    const some = all.slice(from, from + columnsAtOnce);
    lines.push(
      '',
      line(
        '',
        some.map(([fault]) => fault),
      ),
    );
    for (const phase of phases) {
      const cells = some.map(([, column]) => reported(phase, column));
      lines.push(line(phase, cells));
    }
  }
  return lines.join('\n');
}

function reported(phase: Phase, { cells }: Column): string {
  const cell = cells[phase];
  if (cell === undefined) return '';
  const { attempts, invites } = cell;
  return `${attempts.map(short).join(' → ')} ${[0, 1].map((leg) => (invites.main[leg] ?? 0) + (invites.other[leg] ?? 0)).join('+')}`;
}

function short({ disposition, lost, pbx }: AttemptOutcome): string {
  return `${disposition}${lost ? '*' : ''}${pbx === 'other' ? '²' : ''}`;
}

function line(phase: string, cells: readonly string[]): string {
  return (phase.padEnd(phaseWidth) + cells.map((cell) => cell.padEnd(cellWidth)).join('')).trimEnd();
}
