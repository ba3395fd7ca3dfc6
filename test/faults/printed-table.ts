import { expected } from './expected.ts';
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
    'Dispositions seen by attempt, and INVITEs at dial1’s and dial2’s phone (*: lost, concluded from silence):',
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
      const cells = some.map(([fault, column]) => told(fault, phase, column));
      lines.push(line(phase, cells));
    }
  }
  return lines.join('\n');
}

function told(fault: FaultName, phase: Phase, { cells }: Column): string {
  if ('cannotBe' in expected[fault][phase]) return '(cannot be)';
  const { attempts, invites } = cells[phase];
  const short = attempts.map((attempt) => attempt.replace(', lost', '*')).join(' → ');
  return `${short} ${invites.join('+')}`;
}

function line(phase: string, cells: readonly string[]): string {
  return (phase.padEnd(phaseWidth) + cells.map((cell) => cell.padEnd(cellWidth)).join('')).trimEnd();
}
