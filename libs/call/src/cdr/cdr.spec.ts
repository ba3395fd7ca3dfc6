import { describe, expect, it } from 'vitest';
import { attemptId, callId, callOf } from '../../testing/builders.ts';
import type { AttemptRecord } from '../attempt/attempt-record.ts';
import type { Call } from '../call/call.ts';
import type { Evidence, JournalEnded } from '../outcome/evidence.ts';
import { outcomeOf } from '../outcome/outcome.ts';
import { cdrOf } from './cdr.ts';

const startedAt = 1_000_000;

const attempt: AttemptRecord = {
  id: attemptId(1),
  callId,
  tenantId: 'acme',
  attemptNumber: 1,
  dueAt: startedAt - 2_000,
  plan: {
    dial1RingTimeoutMs: 20_000,
    dial2RingTimeoutMs: 30_000,
    talkLimitMs: 60_000,
    legs: { dial1: 'extension', dial2: 'trunk' },
  },
  pbx: 'pbx-1',
  pbxStartedAt: '2026-01-15 10:00:00',
  slot: 42,
  limits: ['pbx:pbx-1'],
  legLimits: { dial1: [], dial2: [] },
  claimedBy: 'run.1',
  originatedAt: startedAt,
};

const waiting: Call = {
  ...callOf({ callerId: '27110000000' }),
  state: { status: 'waiting', attemptId: attemptId(2), attemptNumber: 2, dueAt: startedAt + 90_000 },
};
const completed: Call = {
  ...callOf(),
  state: { status: 'completed', endedAt: startedAt + 30_000, reason: 'connected' },
};

const journalEnded: JournalEnded = {
  dialStatus: 'ANSWER',
  dial1Cause: 16,
  endedBy: 'dial2',
  talkMs: 12_000,
  dialMs: 20_000,
  answeredAt: startedAt + 3_000,
  endedAt: startedAt + 25_000,
  dial2UniqueId: '1700000000.2',
};

function cdr(evidence: Evidence, call: Call, record: AttemptRecord = attempt) {
  return cdrOf(call, record, outcomeOf(evidence, startedAt + 30_000), evidence);
}

describe('the CDR of an attempt', () => {
  it('that dial1 did not answer states it, with the raw values and the next attempt’s time', () => {
    const evidence: Evidence = {
      rangAt: startedAt + 500,
      originateFailed: { reason: 3, at: startedAt + 20_000 },
      dial1Hangup: { cause: 19, at: startedAt + 20_001 },
    };
    expect(cdr(evidence, waiting)).toEqual({
      id: attemptId(1),
      callId,
      tenantId: 'acme',
      dialect: 'v1',
      reference: 'ref-1',
      attemptNumber: 1,
      pbx: 'pbx-1',
      disposition: 'no_answer',
      class: 'callee',
      connected: false,
      dial1: {
        destination: { kind: 'extension', extension: '1001' },
        disposition: 'no_answer',
        cause: 19,
        reason: 3,
        ringingAt: startedAt + 500,
        ringMs: 19_501,
      },
      dial2: { destination: { kind: 'number', e164: '27821234567', trunk: 'carrier' }, disposition: 'not_dialed' },
      callerId: '27110000000',
      dueAt: startedAt - 2_000,
      startedAt,
      endedAt: startedAt + 20_001,
      talkMs: 0,
      endedBy: null,
      lost: false,
      callStatus: 'waiting',
      nextAttemptAt: startedAt + 90_000,
      evidence,
    });
  });

  it('that connected has both legs’ times, the talk and the side that ended it', () => {
    const evidence: Evidence = {
      rangAt: startedAt + 500,
      dial1AnsweredAt: startedAt + 3_010,
      dial1Hangup: { cause: 16, at: startedAt + 25_010 },
      journalEnded,
    };
    expect(cdr(evidence, completed)).toMatchObject({
      disposition: 'answered',
      class: 'answered',
      connected: true,
      dial1: {
        disposition: 'answered',
        cause: 16,
        ringingAt: startedAt + 500,
        ringMs: 2_510,
        answeredAt: startedAt + 3_010,
      },
      dial2: {
        disposition: 'answered',
        dialStatus: 'ANSWER',
        answeredAt: startedAt + 13_010,
        uniqueId: '1700000000.2',
      },
      talkMs: 12_000,
      endedBy: 'dial2',
      endedAt: startedAt + 25_010,
      callStatus: 'completed',
    });
    expect(cdr(evidence, completed)).not.toHaveProperty('nextAttemptAt');
  });

  it('of which only the journal is left still has dial1’s answer', () => {
    expect(cdr({ journalEnded }, completed).dial1).toMatchObject({
      disposition: 'answered',
      answeredAt: startedAt + 3_000,
    });
  });

  it('uses the written progress where the evidence lacks it', () => {
    const watched = { ...attempt, ringingAt: startedAt + 400, answeredAt: startedAt + 2_000 };
    const evidence: Evidence = { dial1AnsweredAt: startedAt + 3_000, lostAt: startedAt + 30_000 };
    expect(cdr(evidence, completed, watched).dial1).toMatchObject({
      ringingAt: startedAt + 400,
      answeredAt: startedAt + 3_000,
    });
  });

  it('has no answer time for a leg that did not answer', () => {
    const busy = { ...journalEnded, dialStatus: 'BUSY', dial2Cause: 17, talkMs: 0 };
    const evidence: Evidence = { dial1AnsweredAt: startedAt + 3_000, journalEnded: busy };
    expect(cdr(evidence, waiting).dial2).not.toHaveProperty('answeredAt');
    const failed: Evidence = { originateFailed: { reason: 0, at: startedAt + 2 } };
    expect(cdr(failed, waiting, { ...attempt, answeredAt: startedAt + 1 }).dial1).not.toHaveProperty('answeredAt');
  });

  it('names dial2’s channel as the client received it, else by the journal, its creation, its end', () => {
    const { dial2UniqueId: _none, ...journalWithoutId } = journalEnded;
    const born = { dial2Created: { uniqueId: 'born', at: startedAt + 3_100 } };
    const died = { dial2Hangup: { cause: 16, uniqueId: 'died', at: startedAt + 25_000 } };
    const uniqueId = (evidence: Evidence, record = attempt) => cdr(evidence, completed, record).dial2.uniqueId;
    expect(uniqueId({ journalEnded, ...born, ...died }, { ...attempt, dial2UniqueId: 'reported' })).toBe('reported');
    expect(uniqueId({ journalEnded, ...born, ...died })).toBe('1700000000.2');
    expect(uniqueId({ journalEnded: journalWithoutId, ...born, ...died })).toBe('born');
    expect(uniqueId({ journalEnded: journalWithoutId, ...died })).toBe('died');
    expect(uniqueId({ journalEnded: journalWithoutId })).toBeUndefined();
  });

  it('has the caller ID that dial1 saw, and the client’s own text', () => {
    const asked: Call = {
      ...callOf({ dial1CallerId: '1001', clientInfo: 'Zoë <7>, "again"' }),
      state: completed.state,
    };
    expect(cdr({ journalEnded }, asked)).toMatchObject({ dial1CallerId: '1001', clientInfo: 'Zoë <7>, "again"' });
  });

  it('has the pressed key', () => {
    expect(cdr({ journalEnded: { ...journalEnded, dtmfDigit: '0' } }, completed).dtmfDigit).toBe('0');
  });

  it.each([
    ['requested and started', true, true, { under: '1001' }],
    ['requested, and dial2 never answered', true, false, undefined],
    ['not requested', false, false, undefined],
    ['not requested, even if the PBX reports one', false, true, undefined],
  ])('has a recording that was %s', (_what, asked, begun, recording) => {
    const recorded: Call = { ...callOf(asked ? { recording: { under: '1001' } } : {}), state: completed.state };
    const evidence: Evidence = { journalEnded: { ...journalEnded, ...(begun && { recorded: true }) } };
    expect(cdr(evidence, recorded).recording).toEqual(recording);
  });

  it('that is not certain is unknown, and has no talk time', () => {
    const evidence: Evidence = { lostAt: startedAt + 30_000, pbxRestarted: true };
    expect(cdr(evidence, completed)).toMatchObject({
      disposition: 'unknown',
      class: 'unknown',
      talkMs: null,
      lost: true,
    });
  });

  it('has no field that the request did not have', () => {
    const bare = cdr({ lostAt: startedAt }, completed);
    for (const field of ['callerId', 'dial1CallerId', 'clientInfo', 'recording', 'dtmfDigit']) {
      expect(bare).not.toHaveProperty(field);
    }
  });
});
