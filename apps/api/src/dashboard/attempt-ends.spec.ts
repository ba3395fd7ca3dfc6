import { type AttemptRecord, outcomeOf } from '@redial/call';
import { expect, it } from 'vitest';
import { endOf } from './attempt-ends.ts';

const attempt = { id: 'att_1', originatedAt: 1_000, plan: {} } as unknown as AttemptRecord;
const ended = (evidence: Parameters<typeof outcomeOf>[0]): AttemptRecord => ({
  ...attempt,
  ended: { outcome: outcomeOf(evidence, 5_000), evidence, settledAt: 5_000, reportedBy: 'test' },
});
const journalEnded = {
  dialStatus: 'ANSWER',
  dial1Cause: 16,
  talkMs: 61_000,
  dialMs: 62_000,
  answeredAt: 1_000,
  endedAt: 4_000,
};

it.each([
  ['under way', attempt, { disposition: 'originating', sentence: 'originating', isFailed: false }],
  ['ringing', { ...attempt, ringingAt: 2_000 }, { disposition: 'ringing', sentence: 'ringing', isFailed: false }],
  ['answered', { ...attempt, answeredAt: 2_000 }, { sentence: 'answered by dial1', isFailed: false }],
  [
    'busy',
    ended({ dial1Hangup: { cause: 17, sipCode: 486, at: 2_000 } }),
    { disposition: 'busy', sentence: 'busy; dial1: busy (SIP 486, cause 17); dial2: not dialled', isFailed: true },
  ],
  [
    'talked',
    ended({ dial1AnsweredAt: 2_000, journalEnded }),
    {
      disposition: 'answered',
      sentence: expect.stringMatching(/^answered, talked for 61 s; dial1: answered/),
      isFailed: false,
    },
  ],
  ['canceled', ended({ cancelRequestedAt: 2_000, dial1Hangup: { cause: 16, at: 2_001 } }), { isFailed: false }],
])('of an attempt that is %s', (_name, record, shown) => {
  expect(endOf(record)).toMatchObject(shown);
});
