import { describe, expect, it } from 'vitest';
import { journalEnded } from '../../testing/attempt.matrix.ts';
import { callOf } from '../../testing/builders.ts';
import type { Evidence } from './evidence.ts';
import { numbersNeverRung } from './never-rung.ts';
import { outcomeOf } from './outcome.ts';

const [first, second] = ['27820000001', '27820000002'];
const number = (e164: string) => ({ kind: 'number', e164, trunk: 'carrier' }) as const;
const agent = { kind: 'extension', extension: '1001' } as const;
const at = 5_000;
const hungUp = (cause: number, sipCode?: number): Evidence => ({
  originateFailed: { reason: 0, at },
  dial1Hangup: { cause, ...(sipCode !== undefined && { sipCode }), at },
});
const { dial2SipCode: _busy, ...ended } = journalEnded;
const dial2 = (dialStatus: string, dial2Cause: number, ringMs = 0): Evidence => ({
  dial1AnsweredAt: 1_000,
  journalEnded: { ...ended, dialStatus, dial2Cause, talkMs: 0, ringMs },
});

describe('numbers whose phones cannot have rung', () => {
  const { journalEnded: _none, ...answered } = dial2('ANSWER', 16);
  it.each<[string, Evidence, { readonly agent: string[]; readonly both: string[] }]>([
    [
      'not sent',
      { refused: { message: 'no', at, byUs: true, code: 'late' } },
      { agent: [second], both: [first, second] },
    ],
    ['refused by Asterisk', { refused: { message: 'no', at } }, { agent: [second], both: [first, second] }],
    ['no line to dial1', hungUp(34, 503), { agent: [second], both: [first, second] }],
    ['no line to dial1 after it rang', { ...hungUp(34, 503), rangAt: 2_000 }, { agent: [second], both: [second] }],
    ['dial1 busy', hungUp(17, 486), { agent: [second], both: [second] }],
    ['dial1 lost', { lostAt: at }, { agent: [second], both: [second] }],
    ['it is not certain', { pbxRestarted: true, lostAt: at }, { agent: [], both: [] }],
    ['dial2’s result is not certain', answered, { agent: [], both: [] }],
    ['no line to dial2', dial2('CONGESTION', 34), { agent: [second], both: [second] }],
    ['no line to dial2 after it rang', dial2('CONGESTION', 34, 4_000), { agent: [], both: [] }],
    ['dial2 busy', dial2('BUSY', 17), { agent: [], both: [] }],
    ['both talked', dial2('ANSWER', 16), { agent: [], both: [] }],
  ])('%s', (_what, evidence, expected) => {
    const outcome = outcomeOf(evidence, at);
    const ask = (dial1: typeof agent | ReturnType<typeof number>, to = second) =>
      numbersNeverRung(callOf({ dial1, dial2: number(to) }), outcome, evidence);
    expect({ agent: ask(agent), both: ask(number(first)) }).toEqual(expected);
    // One number on both legs: it rang if either leg did.
    expect(ask(number(first), first)).toEqual(expected.both.includes(first) ? [first] : []);
  });
});
