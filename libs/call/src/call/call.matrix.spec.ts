import { describe, expect, it } from 'vitest';
import { effectText, matrix, samples, signals } from '../../testing/call.matrix.ts';
import { type Cell, cellFor, strayCases, written } from '../../testing/matrix.ts';
import { type Call, type CallSignal, type CallSignalType, type CallStatus, callStatuses, stepCall } from './call.ts';

const cells: Record<CallStatus, Record<CallSignalType, Cell>> = matrix;
const types = Object.keys(signals) as CallSignalType[];

function callsOf(status: CallStatus): [string, Call][] {
  return Object.entries(samples[status]);
}

function variantsOf(type: CallSignalType): [string, CallSignal][] {
  return Object.entries(signals[type]);
}

describe.each(callStatuses)('a call that is %s', (status) => {
  it.each(types)('given %s takes the step of its cell', (type) => {
    const cell = cells[status][type];
    const expected: Record<string, string> = {};
    const seen: Record<string, string> = {};
    for (const [sample, call] of callsOf(status)) {
      for (const [variant, signal] of variantsOf(type)) {
        const step = stepCall(call, signal);
        const when = `${sample} + ${variant}`;
        expected[when] = cellFor(cell, sample, variant);
        seen[when] = written(step.call.state.status, step.effects.map(effectText), step.ignored);
        if (step.ignored) expect(step.call, when).toBe(call);
      }
    }
    expect(seen).toEqual(expected);
  });

  it('has samples of this status', () => {
    expect(callsOf(status).map(([, call]) => call.state.status)).toEqual(callsOf(status).map(() => status));
  });

  it.each(types)('has no unused case for %s', (type) => {
    expect(strayCases(cells[status][type], Object.keys(samples[status]), Object.keys(signals[type]))).toEqual([]);
  });
});

describe('a matrix', () => {
  it('that lacks a cell does not compile', () => {
    const { settle: _dropped, ...incomplete } = matrix.dialing;
    // @ts-expect-error the cell of `settle` is missing
    const broken: Record<CallSignalType, Cell> = incomplete;
    expect(broken).not.toHaveProperty('settle');
  });
});
