import type { Mutant } from './mutant.ts';

export const gatesMutants: readonly Mutant[] = [
  // Times and gates.
  {
    fault: 'the second of two readings',
    file: 'call/src/time/schedule.ts',
    find: 'toSorted((a, b) => a - b)',
    replace: 'toSorted((a, b) => b - a)',
  },
  {
    fault: 'a gap ends when it begins',
    file: 'call/src/time/schedule.ts',
    find: '  return high;',
    replace: '  return high - 60_000;',
  },
  {
    fault: 'an instant without offset',
    file: 'call/src/time/schedule.ts',
    find: ':([0-5][0-9]))$/;',
    replace: ':([0-5][0-9]))?$/;',
  },
  {
    fault: 'a window closes late',
    file: 'call/src/gates/calling-window.ts',
    find: 'from < to && to > now',
    replace: 'from < to && to >= now',
  },
  {
    fault: 'a window opens an hour early in autumn',
    file: 'call/src/gates/calling-window.ts',
    find: 'from: Math.max(...readingsOf',
    replace: 'from: Math.min(...readingsOf',
  },
  {
    fault: 'do-not-call checks dial2 alone',
    file: 'call/src/gates/gates.ts',
    find: 'return [call.request.dial1, call.request.dial2]',
    replace: 'return [call.request.dial2]',
  },
  {
    fault: 'a promoted job is dialled early',
    file: 'call/src/gates/gates.ts',
    find: "name: 'due', rechecked: true, check: due }",
    replace: "name: 'due', rechecked: true, check: (facts) => (facts.now < 0 ? due(facts) : allow) }",
  },
  {
    fault: 'a gate is forgotten: paused',
    file: 'call/src/gates/gates.ts',
    find: "name: 'paused', rechecked: true, check: paused }",
    replace: "name: 'paused', rechecked: true, check: (facts) => (facts.now < 0 ? paused(facts) : allow) }",
  },
  {
    fault: 'one attempt a day too many',
    file: 'call/src/gates/gates.ts',
    find: 'attemptsToday < most',
    replace: 'attemptsToday <= most',
  },
  {
    fault: 'an expired call is dialled',
    file: 'call/src/gates/gates.ts',
    find: 'now > expiresAt ?',
    replace: 'now > expiresAt + 1e9 ?',
  },
];
