import { describe, expect, it } from 'vitest';
import { effectText, matrix, samples, signals } from '../../testing/attempt.matrix.ts';
import { type Cell, cellFor, strayCases, written } from '../../testing/matrix.ts';
import { stepAttempt } from './attempt.ts';
import type { AttemptSignal, AttemptSignalType } from './attempt-signal.ts';
import type { AttemptPhase, AttemptState } from './attempt-state.ts';

const cells: Record<AttemptPhase, Record<AttemptSignalType, Cell>> = matrix;
const phases = Object.keys(cells) as AttemptPhase[];
const types = Object.keys(signals) as AttemptSignalType[];

function statesOf(phase: AttemptPhase): [string, AttemptState][] {
  return Object.entries(samples[phase]);
}

function variantsOf(type: AttemptSignalType): [string, AttemptSignal][] {
  return Object.entries(signals[type]);
}

describe.each(phases)('an attempt that is %s', (phase) => {
  it.each(types)('given %s takes the step of its cell', (type) => {
    const cell = cells[phase][type];
    const expected: Record<string, string> = {};
    const seen: Record<string, string> = {};
    for (const [sample, state] of statesOf(phase)) {
      for (const [variant, signal] of variantsOf(type)) {
        const step = stepAttempt(state, signal);
        const when = `${sample} + ${variant}`;
        expected[when] = cellFor(cell, sample, variant);
        seen[when] = written(step.state.phase, step.effects.map(effectText), step.ignored);
        if (step.ignored) expect(step.state, when).toBe(state);
      }
    }
    expect(seen).toEqual(expected);
  });

  it('has samples that are in this phase', () => {
    expect(statesOf(phase).map(([, state]) => state.phase)).toEqual(statesOf(phase).map(() => phase));
  });

  it.each(types)('has no unused case for %s', (type) => {
    expect(strayCases(cells[phase][type], Object.keys(samples[phase]), Object.keys(signals[type]))).toEqual([]);
  });
});

describe('a matrix', () => {
  it('that lacks a cell does not compile', () => {
    const { deadline: _dropped, ...incomplete } = matrix.originating;
    // @ts-expect-error the cell of `deadline` is missing
    const broken: Record<AttemptSignalType, Cell> = incomplete;
    expect(broken).not.toHaveProperty('deadline');
  });
});
