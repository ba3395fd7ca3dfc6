import { describe, expect, it } from 'vitest';
import { at, journalEnded, originatedAt, plan } from '../../testing/attempt.matrix.ts';
import { plannedAttempt, stepAttempt } from './attempt.ts';
import { reconcileEveryMs } from './attempt-deadlines.ts';
import type { AttemptSignal } from './attempt-signal.ts';
import type { AttemptState } from './attempt-state.ts';

/** Applies the signals, in order, to an adopted attempt. */
function walked(...signals: readonly AttemptSignal[]): AttemptState {
  const adopted: AttemptSignal = { type: 'adopt', at, originatedAt };
  return [adopted, ...signals].reduce((state, signal) => stepAttempt(state, signal).state, plannedAttempt(plan));
}

describe('the journal’s last entry of an attempt', () => {
  const uniqueId = '1700000000.9';
  const answered: AttemptSignal = { type: 'answered', at };
  const talked = { ...journalEnded, dialStatus: 'ANSWER', dial2EndedAt: at, dial2UniqueId: uniqueId };
  const hungUp: AttemptSignal = { type: 'dial2_ended', at, cause: 41, uniqueId };

  it('waits for dial2’s Hangup where dial2 ended the talk: that alone has the cause of its BYE', () => {
    const ended: AttemptSignal = { type: 'journal_ended', at, entry: { ...talked, endedBy: 'dial2' } };
    expect(walked(answered, ended).phase).toBe('awaiting_end');
    expect(walked(answered, ended, hungUp)).toMatchObject({ phase: 'ended', evidence: { dial2Hangup: { cause: 41 } } });
  });

  it('ends the attempt where dial1 ended the talk', () => {
    expect(walked(answered, { type: 'journal_ended', at, entry: { ...talked, endedBy: 'dial1' } }).phase).toBe('ended');
  });

  const missing = (laterMs: number): AttemptSignal => ({ type: 'missing', at: at + laterMs, pbxRestarted: false });

  it('is missing, and dial1’s Hangup was seen: dial1 never entered the dialplan', () => {
    const gone: AttemptSignal = { type: 'dial1_ended', at, cause: 16 };
    const later: AttemptSignal = { type: 'deadline', at: at + reconcileEveryMs };
    const state = walked(answered, gone, later, missing(reconcileEveryMs), later, missing(2 * reconcileEveryMs));
    expect(state).toMatchObject({ phase: 'ended', evidence: { neverEnteredAt: at + 2 * reconcileEveryMs } });
  });

  it('is missing, and dial1’s Hangup was not seen: the attempt is lost', () => {
    const state = walked(answered, { type: 'link_lost', at }, missing(0), missing(reconcileEveryMs));
    expect(state).toMatchObject({ phase: 'ended', evidence: { lostAt: at + reconcileEveryMs } });
  });
});
