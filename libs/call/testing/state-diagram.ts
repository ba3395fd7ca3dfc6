import { endedCallStatuses } from '../src/call/call.ts';
import * as attempt from './attempt.matrix.ts';
import * as call from './call.matrix.ts';
import * as delivery from './delivery.matrix.ts';
import { type Cell, casesOf } from './matrix.ts';

/** docs/reference/state-machines.md, made from the matrices: the specs have proven what the page states. */
export function stateMachinesPage(): string {
  return `${[
    '# The three state machines',
    '',
    'Generated from `libs/call/testing/*.matrix.ts` by `npm run state-diagram -w @redial/call`; a spec fails when this',
    'page differs. The words are those of the [glossary](glossary.md).',
    '',
    'An ignored signal is never an error: the watch counts it. Where details decide, a cell names its cases;',
    '`state + signal` names both. `otherwise` is every case that has no line of its own.',
    '',
    '## The attempt',
    '',
    'One Originate, from the claim to its conclusion (`libs/call/src/attempt/attempt.ts`). Times are those of the',
    'samples: ring timeouts of 20 s and 30 s, a talk limit of 60 s. `arm` replaces the one deadline.',
    '',
    ...machine({
      cells: attempt.matrix,
      states: attempt.phaseMeanings,
      signals: attempt.signalMeanings,
      initial: 'planned',
      final: ['ended'],
    }),
    '## The call',
    '',
    'One request, over all its attempts (`libs/call/src/call/call.ts`).',
    '',
    ...machine({
      cells: call.matrix,
      states: call.statusMeanings,
      signals: call.signalMeanings,
      initial: 'scheduled',
      final: endedCallStatuses,
    }),
    '## The delivery',
    '',
    'One CDR on its way to one sink (`libs/call/src/delivery/delivery.ts`). A write that finds the record changed reads it',
    'again and steps again.',
    '',
    ...machine({
      cells: delivery.matrix,
      states: delivery.statusMeanings,
      signals: delivery.signalMeanings,
      initial: 'pending',
      final: ['delivered'],
    }),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

interface Machine {
  readonly cells: Readonly<Record<string, Readonly<Record<string, Cell>>>>;
  readonly states: Readonly<Record<string, string>>;
  readonly signals: Readonly<Record<string, string>>;
  readonly initial: string;
  readonly final: readonly string[];
}

function machine({ cells, states, signals, initial, final }: Machine): string[] {
  const open = Object.keys(cells).filter((state) => !final.includes(state));
  return [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${initial}`,
    ...open.flatMap((state) => arrows(state, cells[state] ?? {})),
    ...final.map((state) => `  ${state} --> [*]`),
    '```',
    '',
    ...table(
      ['state', 'meaning'],
      Object.entries(states).map(([state, meaning]) => [`\`${state}\``, meaning]),
    ),
    ...table(
      ['signal', 'comes from'],
      Object.entries(signals).map(([signal, meaning]) => [`\`${signal}\``, meaning]),
    ),
    ...open.flatMap((state) => section(state, cells[state] ?? {})),
    `${final.map((state) => `\`${state}\``).join(', ')}: every signal is ignored.`,
    '',
  ];
}

/** One arrow to each other state, with the signals that lead there. */
function arrows(state: string, row: Readonly<Record<string, Cell>>): string[] {
  const led = new Map<string, Set<string>>();
  for (const [signal, cell] of Object.entries(row)) {
    for (const [, outcome] of casesOf(cell)) {
      const next = nextOf(outcome);
      if (next === '-' || next === state) continue;
      led.set(next, (led.get(next) ?? new Set()).add(signal));
    }
  }
  return [...led].map(([next, by]) => `  ${state} --> ${next}: ${[...by].join(', ')}`);
}

function section(state: string, row: Readonly<Record<string, Cell>>): string[] {
  const ignored = Object.entries(row).filter(([, cell]) => cell === '-');
  const rows = Object.entries(row).flatMap(([signal, cell]) => (cell === '-' ? [] : lines(signal, cell)));
  return [
    `### ${state}`,
    '',
    ...table(['signal', 'when', 'next', 'effects'], rows),
    ...(ignored.length === 0 ? [] : [`Ignored: ${ignored.map(([signal]) => `\`${signal}\``).join(', ')}.`, '']),
  ];
}

/** A cell's lines: one per outcome, with the cases that have it. */
function lines(signal: string, cell: Cell): string[][] {
  const whenOf = new Map<string, string[]>();
  for (const [when, outcome] of casesOf(cell)) whenOf.set(outcome, [...(whenOf.get(outcome) ?? []), when]);
  return [...whenOf].map(([outcome, when]) => {
    const next = nextOf(outcome);
    return [
      `\`${signal}\``,
      when.join('; '),
      next === '-' ? '(ignored)' : `\`${next}\``,
      outcome.slice(next.length + 2),
    ];
  });
}

function nextOf(outcome: string): string {
  return outcome.split(':')[0] ?? outcome;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
  return [line(head), line(head.map(() => '---')), ...rows.map(line), ''];
}
