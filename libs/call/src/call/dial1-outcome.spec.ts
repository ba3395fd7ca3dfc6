import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptId, callId, callOf, outcomeOfLegs } from '../../testing/builders.ts';
import type { AttemptRecord } from '../attempt/attempt-record.ts';
import { calleeDispositions, type Disposition, dispositions } from '../outcome/disposition.ts';
import type { Evidence } from '../outcome/evidence.ts';
import type { EndedAttempt } from '../retry/retry.ts';
import { type Call, type CallState, endedCallStatuses } from './call.ts';
import { attemptToAsk, type Dial1Outcome, dial1OutcomeOf } from './dial1-outcome.ts';

const id = attemptId(1);
const dial2 = '1700000000.2';

function record(fields: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    id,
    callId,
    tenantId: 'acme',
    attemptNumber: 1,
    dueAt: 0,
    plan: {
      dial1RingTimeoutMs: 20_000,
      dial2RingTimeoutMs: 30_000,
      talkLimitMs: 60_000,
      legs: { dial1: 'extension', dial2: 'trunk' },
    },
    pbx: 'pbx-1',
    pbxStartedAt: '2026-01-15 10:00:00',
    slot: 42,
    limits: [],
    legLimits: { dial1: [], dial2: [] },
    claimedBy: 'run.1',
    originatedAt: 0,
    awaited: true,
    ...fields,
  };
}

function ended(dial1: Disposition, evidence: Evidence = {}): Partial<AttemptRecord> {
  const disposition = dial1 === 'answered' ? 'busy' : dial1;
  const outcome = outcomeOfLegs(disposition, { dial1: { disposition: dial1 } });
  return { ended: { outcome, evidence, settledAt: 1, reportedBy: 'dialer' } };
}

const dialing: CallState = { status: 'dialing', attemptId: id, attemptNumber: 1, startedAt: 0 };
const planned = { attemptId: id, attemptNumber: 1, dueAt: 0 };
const retry = { attemptId: attemptId(2), attemptNumber: 2, dueAt: 60_000 };

function call(state: CallState, history: readonly EndedAttempt[] = []): Call {
  return { ...callOf({ outcomeAwaited: true }), state, history };
}

function attempted(disposition: Disposition, dial1Answered: boolean): EndedAttempt {
  return { attemptId: id, disposition, dial1Answered, connected: disposition === 'answered', endedAt: 1 };
}

function word(outcome: Dial1Outcome): string {
  switch (outcome.type) {
    case 'pending':
      return 'pending';
    case 'answered':
      return `answered ${outcome.uniqueId1 === id ? 'id1' : '?'} ${outcome.uniqueId2 === dial2 ? 'id2' : '-'}`;
    case 'failed':
      return `failed: ${outcome.why} ${outcome.uniqueId1 === id ? 'id1' : '-'}`;
  }
}

describe('the result for a waiting client, of a call that rang no phone', () => {
  const blocked = (gate: string): Call => ({
    ...call({ status: 'blocked', endedAt: 1, reason: 'said' }),
    gateNote: { gate, decision: 'block', reason: 'said', at: 1 },
  });
  it.each([
    ['its phone is in another call', blocked('extension'), 'failed: busy -'],
    ['its number is in another call', blocked('number'), 'failed: busy -'],
    ['a rule forbids it', blocked('do_not_call'), 'failed: blocked -'],
  ])('%s', (_what, of, expected) => {
    expect(word(dial1OutcomeOf(of, undefined, { withDial2: false }))).toBe(expected);
  });

  it('is pending while an attempt that was not sent is to be tried again, else failed', () => {
    const notSent = ended('not_sent');
    const again = call({ status: 'waiting', ...retry }, [attempted('not_sent', false)]);
    const over = call({ status: 'exhausted', endedAt: 1, reason: 'said' }, [attempted('not_sent', false)]);
    for (const attempt of [record(notSent), undefined]) {
      expect(word(dial1OutcomeOf(again, attempt, { withDial2: false }))).toBe('pending');
      expect(word(dial1OutcomeOf(over, attempt, { withDial2: false }))).toBe('failed: not_sent id1');
    }
  });
});

describe('the result for a waiting client, by the attempt', () => {
  const created = { dial2Created: { uniqueId: dial2, at: 2 } };
  it.each<[string, Partial<AttemptRecord>, plain: string, withDial2: string]>([
    ['was claimed', {}, 'pending', 'pending'],
    ['rings', { ringingAt: 1 }, 'pending', 'pending'],
    ['was answered', { answeredAt: 1 }, 'answered id1 -', 'pending'],
    ['was answered, dial2 has its id', { answeredAt: 1, dial2UniqueId: dial2 }, 'answered id1 id2', 'answered id1 id2'],
    ['has dial2’s id before the answer', { dial2UniqueId: dial2 }, 'pending', 'pending'],
    ['ended: dial1 was busy', ended('busy'), 'failed: busy id1', 'failed: busy id1'],
    ['ended: dial1 was never seen', ended('unknown'), 'failed: unknown id1', 'failed: unknown id1'],
    ['ended: dial1 was canceled', ended('canceled'), 'failed: canceled id1', 'failed: canceled id1'],
    [
      'ended: dial1 answered and left before dial2 could be tried',
      { answeredAt: 1, ...ended('answered') },
      'answered id1 -',
      'answered id1 -',
    ],
    ['ended: the answer itself was missed', ended('answered'), 'answered id1 -', 'answered id1 -'],
    ['ended, dial2 was seen to be born', ended('answered', created), 'answered id1 id2', 'answered id1 id2'],
    [
      'ended, dial2 was seen to end',
      ended('answered', { dial2Hangup: { cause: 17, uniqueId: dial2, at: 3 } }),
      'answered id1 id2',
      'answered id1 id2',
    ],
    [
      'ended: a word of an answer that was none',
      { answeredAt: 1, ...ended('busy') },
      'failed: busy id1',
      'failed: busy id1',
    ],
  ])('that %s', (_what, fields, plain, withDial2) => {
    const asked = call(dialing);
    expect(word(dial1OutcomeOf(asked, record(fields), { withDial2: false }))).toBe(plain);
    expect(word(dial1OutcomeOf(asked, record(fields), { withDial2: true }))).toBe(withDial2);
  });
});

describe('the result for a waiting client, by the call', () => {
  const over = (status: (typeof endedCallStatuses)[number]): CallState => ({ status, endedAt: 1, reason: 'x' });
  it.each<[string, Call, string, asked: string | undefined]>([
    ['that is due later', call({ status: 'scheduled', ...planned }), 'pending', undefined],
    ['that is at the gates', call({ status: 'queued', ...planned }), 'pending', undefined],
    ['that is dialled, of which no record can be read', call(dialing), 'pending', id],
    ['that a rule forbade', call(over('blocked')), 'failed: blocked -', undefined],
    ['that was canceled before it was dialled', call(over('canceled')), 'failed: canceled -', undefined],
    ['whose time was over', call(over('expired')), 'failed: expired -', undefined],
    // The record is gone: the history has the result.
    ['that connected', call(over('completed'), [attempted('answered', true)]), 'answered id1 -', id],
    ['that dial2 did not answer', call(over('exhausted'), [attempted('no_answer', true)]), 'answered id1 -', id],
    [
      'that dial1 did not answer',
      call(over('exhausted'), [attempted('no_answer', false)]),
      'failed: no_answer id1',
      id,
    ],
    [
      'that is tried again later',
      call({ status: 'waiting', ...retry }, [attempted('busy', false)]),
      'failed: busy id1',
      id,
    ],
    [
      'that is tried again now',
      call({ ...dialing, attemptId: attemptId(2) }, [attempted('busy', false)]),
      'pending',
      attemptId(2),
    ],
  ])('%s', (_what, asked, expected, askedOf) => {
    for (const withDial2 of [false, true]) expect(word(dial1OutcomeOf(asked, undefined, { withDial2 }))).toBe(expected);
    expect(attemptToAsk(asked)).toBe(askedOf);
  });
});

describe('for any records', () => {
  const instant = fc.option(fc.nat(), { nil: undefined });
  const anyRecord = fc
    .record({
      ringingAt: instant,
      answeredAt: instant,
      dial2UniqueId: fc.option(fc.constant(dial2), { nil: undefined }),
      dial1: fc.option(fc.constantFrom(...dispositions), { nil: undefined }),
    })
    .map(({ dial1, ...fields }) => {
      const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
      return record({ ...known, ...(dial1 !== undefined && ended(dial1)) });
    });
  const anyEnded = fc
    .constantFrom(...endedCallStatuses)
    .map((status): CallState => ({ status, endedAt: 1, reason: 'x' }));
  const anyState = fc.oneof(
    fc.constantFrom<CallState>(dialing, { status: 'queued', ...planned }, { status: 'waiting', ...retry }),
    anyEnded,
  );
  const anyHistory = fc.array(
    fc.tuple(fc.constantFrom(...calleeDispositions), fc.boolean()).map(([d, answered]) => attempted(d, answered)),
    { maxLength: 3 },
  );

  it('`answered` needs an answered attempt, and `failed` needs that no attempt is open', () => {
    fc.assert(
      fc.property(
        anyState,
        anyHistory,
        fc.option(anyRecord, { nil: undefined }),
        fc.boolean(),
        (state, history, attempt, withDial2) => {
          const { type } = dial1OutcomeOf(call(state, history), attempt, { withDial2 });
          const end = attempt?.ended?.outcome.dial1.disposition;
          if (type === 'answered') {
            const isRight =
              attempt === undefined
                ? history.at(-1)?.dial1Answered
                : attempt.answeredAt !== undefined || end === 'answered';
            expect(isRight).toBe(true);
          }
          if (type === 'failed') {
            expect(attempt !== undefined && attempt.ended === undefined).toBe(false);
            if (attempt === undefined) expect(state.status).not.toBe('dialing');
            expect(end).not.toBe('answered');
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('an attempt that has ended always has a result, with dial2 or without', () => {
    fc.assert(
      fc.property(anyState, anyRecord, fc.boolean(), (state, attempt, withDial2) => {
        if (attempt.ended === undefined) return;
        expect(dial1OutcomeOf(call(state), attempt, { withDial2 }).type).not.toBe('pending');
      }),
    );
  });
});
