import { describe, expect, it } from 'vitest';
import type { Evidence } from './evidence.ts';
import { outcomeOf } from './outcome.ts';

/**
 * A leg that the PBX's own dialplan rings. At its end, the channel has the cause that the dialplan made of the phones
 * behind it.
 */
const at = 1_795_225_200_000;
const viaLocalChannel = { legs: { dial1: 'dialplan', dial2: 'dialplan' } } as const;

const dial1 = (cause: number, { rang = false, reason = 0 } = {}): Evidence => ({
  originateFailed: { reason, at },
  dial1Hangup: { cause, rang, at },
  ...(rang && { rangAt: at - 1_000 }),
});
const dial2 = (dialStatus: string, dial1Cause: number, ringMs?: number): Evidence => ({
  dial1AnsweredAt: at - 2_000,
  journalEnded: {
    dialStatus,
    dial1Cause,
    talkMs: 0,
    dialMs: 2_000,
    answeredAt: at - 2_000,
    endedAt: at,
    ...(ringMs !== undefined && { ringMs }),
  },
});

describe('dial1', () => {
  it.each([
    ['rang, and its dialplan gave up without a word', dial1(16, { rang: true }), 'no_answer', 'unknown'],
    ['the same, by an older Asterisk', dial1(0, { rang: true }), 'no_answer', 'unknown'],
    ['rang no phone, and its dialplan gave up', dial1(0), 'unreachable', 'unknown'],
    ['has a phone behind it that is not registered', dial1(3), 'unreachable', 'no_route'],
    ['reports busy', dial1(17, { rang: true }), 'busy', 'busy'],
    ['reports that no phone is there', dial1(20), 'unreachable', 'unreachable'],
    ['rang until our own time was over', dial1(19, { rang: true, reason: 3 }), 'no_answer', 'no_answer'],
  ] as const)('that %s', (_what, evidence, throughIt, directly) => {
    expect(outcomeOf(evidence, at, viaLocalChannel)).toMatchObject({ disposition: throughIt, mapped: true });
    expect(outcomeOf(evidence, at).disposition).toBe(directly);
  });

  it('that we hung up ourselves is canceled, with any cause of its dialplan', () => {
    const canceled = { ...dial1(16, { rang: true }), cancelRequestedAt: at - 500 };
    expect(outcomeOf(canceled, at, viaLocalChannel).disposition).toBe('canceled');
  });
});

describe('dial2', () => {
  it.each([
    ['rang, and its dialplan fell off its end', dial2('CHANUNAVAIL', 16, 1_000), 'no_answer', 'unreachable'],
    ['rang no phone', dial2('CHANUNAVAIL', 16), 'unreachable', 'unreachable'],
    ['has a phone behind it that is not registered', dial2('CHANUNAVAIL', 3), 'unreachable', 'no_route'],
    ['is busy', dial2('BUSY', 17), 'busy', 'busy'],
  ] as const)('that %s', (_what, evidence, throughIt, directly) => {
    expect(outcomeOf(evidence, at, viaLocalChannel).dial2).toMatchObject({ disposition: throughIt });
    expect(outcomeOf(evidence, at).dial2?.disposition).toBe(directly);
  });
});
