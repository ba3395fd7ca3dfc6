import { describe, expect, it } from 'vitest';
import { journalEnded } from '../../testing/attempt.matrix.ts';
import { classOf, type Disposition } from './disposition.ts';
import { dispositionOf, type FinalAnswer, legKinds } from './disposition-table.ts';
import { Evidence, type JournalEnded } from './evidence.ts';
import { notSentCodes } from './not-sent.ts';
import { type Outcome, type OutcomeContext, Outcome as OutcomeSchema, outcomeOf } from './outcome.ts';

const at = 2_000_000;
const unmapped = 'unknown, unmapped';
type Word = Disposition | typeof unmapped;

function word(leg: { disposition: Disposition } | null, { mapped }: Outcome): Word | 'not dialed' {
  if (leg === null) return 'not dialed';
  if (leg.disposition === 'unknown' && !mapped) return unmapped;
  return leg.disposition;
}

const rangAt = at - 10_000;
const cancelRequestedAt = at - 1_000;
const lostAt = at;
const failed = (reason: number): Evidence => ({ originateFailed: { reason, at } });
const hungUp = (cause: number, sipCode?: number): Evidence => ({
  dial1Hangup: { cause, ...(sipCode !== undefined && { sipCode }), at },
});

const dial2Created = { uniqueId: '1700000000.2', at: at - 5_000 };

describe('dial1', () => {
  const rows: [what: string, evidence: Evidence, expected: Word][] = [
    // What Asterisk was seen to do (asterisk.md, §Originate).
    ['rings until our ring timeout', { rangAt, ...failed(3), ...hungUp(19) }, 'no_answer'],
    ['rings until our ring timeout, Asterisk 16', { rangAt, ...failed(3), ...hungUp(0) }, 'no_answer'],
    [
      'rings until our ring timeout, seen only by its Hangup',
      { ...failed(3), dial1Hangup: { cause: 19, rang: true, at } },
      'no_answer',
    ],
    [
      'never rings before our ring timeout (dead contact, or 183 without 180)',
      { ...failed(3), ...hungUp(19) },
      'no_answer',
    ],
    ['never rings before our ring timeout, Asterisk 16', { ...failed(3), ...hungUp(0) }, 'no_answer'],
    ['never answers SIP at all (timer B)', { ...failed(0), ...hungUp(18) }, 'unreachable'],
    ['is busy, 486', { ...failed(0), ...hungUp(17, 486) }, 'busy'],
    ['is busy, without SIP code', { ...failed(0), ...hungUp(17) }, 'busy'],
    ['is busy everywhere, 600', { ...failed(0), ...hungUp(17, 600) }, 'busy'],
    ['declines, 603', { ...failed(0), ...hungUp(21, 603) }, 'rejected'],
    ['declines after ringing, without SIP code', { rangAt, ...failed(0), ...hungUp(21) }, 'rejected'],
    ['is rejected, without SIP code or ringing', { ...failed(0), ...hungUp(21) }, 'rejected'],
    ['is not registered, unreachable or unknown: no channel event', failed(0), 'unreachable'],
    // Reason alone: the Hangup is missing.
    ['timed out, without Hangup', failed(3), 'no_answer'],
    ['was busy, without Hangup', failed(5), 'busy'],
    ['met congestion, without Hangup', failed(8), 'congestion'],
    ['was hung up, by Reason 1 alone', failed(1), unmapped],
    ['rang and failed, without Hangup', { rangAt, ...failed(0) }, 'unknown'],
    // Hangup alone.
    ['hung up with a cause, without OriginateResponse', hungUp(17), 'busy'],
    ['ended normally, without OriginateResponse', { rangAt, ...hungUp(16) }, unmapped],
    // Causes that mean only that a channel ended.
    ['ended with cause 0 without a cancel', { rangAt, ...failed(0), ...hungUp(0) }, unmapped],
    ['ended with cause 16 without a cancel', { rangAt, ...failed(0), ...hungUp(16) }, unmapped],
    ['ended with cause 0, Reason 5', { ...failed(5), ...hungUp(0) }, 'busy'],
    ['timed out with a cause of its own', { rangAt, ...failed(3), ...hungUp(17, 486) }, 'busy'],
    ['timed out with a cause without a row', { rangAt, ...failed(3), ...hungUp(7) }, unmapped],
    ['timed out, and its phone confirms the CANCEL, 487', { rangAt, ...failed(3), ...hungUp(127, 487) }, 'no_answer'],
    ['is ended by a host between us and the phone, 487', { ...failed(0), ...hungUp(127, 487) }, 'unreachable'],
    ['rings and is ended by another host, 487', { rangAt, ...failed(0), ...hungUp(127, 487) }, 'no_answer'],
    ['times out at a proxy, 408, after ringing', { rangAt, ...failed(0), ...hungUp(18, 408) }, 'no_answer'],
    ['forwards, and Redial does not follow, 302', { ...failed(0), ...hungUp(23, 302) }, 'unreachable'],
    ['forwards, Asterisk 16', { ...failed(0), ...hungUp(23) }, 'unreachable'],
    [
      'forwards, and its channel ends before that is noted',
      { ...failed(0), ...hungUp(0), dial1ForwardedAt: at },
      'unreachable',
    ],
    ['is refused with a 4xx, Asterisk 16', { ...failed(0), ...hungUp(127) }, 'congestion'],
    ['meets a time-out of a gateway, 504, Asterisk 16', { ...failed(0), ...hungUp(102) }, 'congestion'],
    // 480 is a phone that is away, or a person who let it ring.
    ['is temporarily unavailable, 480, without ringing', { ...failed(0), ...hungUp(19, 480) }, 'unreachable'],
    ['is temporarily unavailable, 480, after ringing', { rangAt, ...failed(0), ...hungUp(19, 480) }, 'no_answer'],
    ['is forbidden, 403', { ...failed(0), ...hungUp(21, 403) }, 'not_allowed'],
    ['wants a password, 401', { ...failed(0), ...hungUp(21, 401) }, 'trunk_auth'],
    ['wants a password, 407', { ...failed(0), ...hungUp(21, 407) }, 'trunk_auth'],
    ['does not exist anywhere, 604', { ...failed(0), ...hungUp(1, 604) }, 'invalid_number'],
    // Canceled by us. An AMI Hangup of a ringing channel ends as Failure 0 with cause 0, or with the cause in the
    // action.
    ['was canceled while ringing', { rangAt, cancelRequestedAt, ...failed(0), ...hungUp(0) }, 'canceled'],
    ['was canceled while ringing, cause 16', { rangAt, cancelRequestedAt, ...failed(0), ...hungUp(16) }, 'canceled'],
    ['was canceled while ringing, 487', { rangAt, cancelRequestedAt, ...failed(0), ...hungUp(127, 487) }, 'canceled'],
    [
      'was canceled while ringing, Asterisk 16',
      { rangAt, cancelRequestedAt, ...failed(0), ...hungUp(127) },
      'canceled',
    ],
    ['was canceled, Hangup alone', { rangAt, cancelRequestedAt, ...hungUp(0) }, 'canceled'],
    ['was canceled, OriginateResponse alone', { cancelRequestedAt, ...failed(0) }, 'canceled'],
    [
      'was canceled before its INVITE was out (21 without a SIP answer)',
      { cancelRequestedAt, ...failed(0), ...hungUp(21) },
      'canceled',
    ],
    ['declined before the cancel arrived', { cancelRequestedAt, ...failed(0), ...hungUp(21, 603) }, 'rejected'],
    ['was busy before the cancel arrived', { cancelRequestedAt, ...failed(0), ...hungUp(17, 486) }, 'busy'],
    ['timed out before the cancel arrived', { rangAt, cancelRequestedAt, ...failed(3), ...hungUp(19) }, 'no_answer'],
    ['was canceled, and no observer knows it any more', { cancelRequestedAt, lostAt }, 'canceled'],
    // No event at all.
    ['was lost', { lostAt }, 'no_answer'],
    ['was lost by a PBX that restarted', { lostAt, pbxRestarted: true }, 'unknown'],
    ['was canceled on a PBX that restarted', { cancelRequestedAt, lostAt, pbxRestarted: true }, 'unknown'],
    ['could not be reconciled', { gaveUpAt: at }, 'unknown'],
    ['could not be reconciled after a cancel', { cancelRequestedAt, gaveUpAt: at }, 'unknown'],
    ['left no evidence', {}, 'unknown'],
    ['was refused by Asterisk', { refused: { message: 'Extension does not exist.', at } }, 'pbx_error'],
    ['was refused by Asterisk after a cancel', { refused: { message: 'no', at }, cancelRequestedAt }, 'pbx_error'],
    ['was not sent by us', { refused: { message: 'not sent', at, byUs: true } }, 'not_sent'],
    ['was canceled, and not sent by us', { refused: { message: 'no', at, byUs: true }, cancelRequestedAt }, 'not_sent'],
    ...notSentCodes.map((code): [string, Evidence, Word] => [
      `was not sent by us: ${code}`,
      { refused: { message: 'no', at, byUs: true, code } },
      'not_sent',
    ]),
  ];

  it.each(rows)('%s', (_what, evidence, expected) => {
    const outcome = outcomeOf(evidence, at);
    expect(word(outcome.dial1, outcome)).toBe(expected);
    expect(outcome.disposition).toBe(outcome.dial1.disposition);
    expect(outcome).toMatchObject({ connected: false, dial2: null });
    // A channel of the PBX's own making is no observer of dial1's answer.
    expect(outcomeOf({ ...evidence, dial2Created }, at)).toEqual(outcome);
  });

  it('keeps every raw value beside our word for it', () => {
    expect(outcomeOf({ ...failed(0), ...hungUp(21, 403) }, at).dial1).toEqual({
      disposition: 'not_allowed',
      cause: 21,
      sipCode: 403,
      reason: 0,
    });
    expect(outcomeOf({ ...failed(0), ...hungUp(7) }, at).dial1).toEqual({
      disposition: 'unknown',
      cause: 7,
      reason: 0,
    });
  });

  it('talked for no time when it failed, even where the failure has no name', () => {
    expect(outcomeOf({ ...failed(0), ...hungUp(7) }, at).talkMs).toBe(0);
    expect(outcomeOf({ ...failed(0), ...hungUp(17) }, at).talkMs).toBe(0);
  });

  it('has no talk time where it is not certain whether it answered', () => {
    expect(outcomeOf({ lostAt, pbxRestarted: true }, at).talkMs).toBeNull();
    expect(outcomeOf({ gaveUpAt: at }, at).talkMs).toBeNull();
  });

  it('is marked lost when its end is concluded from silence', () => {
    expect(outcomeOf({ lostAt }, at).lost).toBe(true);
    expect(outcomeOf({ ...failed(0), ...hungUp(17) }, at).lost).toBe(false);
  });

  it('was ended by us only when it was canceled', () => {
    expect(outcomeOf({ rangAt, cancelRequestedAt, ...failed(0), ...hungUp(0) }, at).endedBy).toBe('redial');
    expect(outcomeOf({ cancelRequestedAt, ...failed(0), ...hungUp(17) }, at).endedBy).toBeNull();
  });

  it('ended when its channel did, else by Asterisk’s event, else now', () => {
    const hangup = { dial1Hangup: { cause: 17, at: at - 200 } };
    const response = { originateFailed: { reason: 0, at: at - 100 } };
    expect(outcomeOf({ ...hangup, ...response }, at).endedAt).toBe(at - 200);
    expect(outcomeOf(response, at).endedAt).toBe(at - 100);
    expect(outcomeOf({ refused: { message: 'no', at: at - 300 } }, at).endedAt).toBe(at - 300);
    expect(outcomeOf({ lostAt }, at).endedAt).toBe(at);
  });
});

const journal = (entry: Partial<JournalEnded>): Evidence => {
  const { dial2Cause: _cause, dial2SipCode: _sipCode, ringMs: _ringMs, ...bare } = journalEnded;
  return { dial1AnsweredAt: at - 20_000, journalEnded: { ...bare, dial1Cause: 16, ...entry } };
};
const dial2HungUp = (cause: number, sipCode?: number): Evidence => ({
  dial2Hangup: { cause, ...(sipCode !== undefined && { sipCode }), uniqueId: '1700000000.2', at },
});

describe('dial2, once dial1 has answered', () => {
  const rows: [what: string, evidence: Evidence, expected: Word][] = [
    // What Asterisk was seen to do (asterisk.md, §Originate), by DIALSTATUS alone.
    ['answers', journal({ dialStatus: 'ANSWER', talkMs: 5_000 }), 'answered'],
    ['is busy', journal({ dialStatus: 'BUSY', dial1Cause: 17 }), 'busy'],
    ['meets congestion, 503', journal({ dialStatus: 'CONGESTION', dial1Cause: 34 }), 'congestion'],
    ['does not exist, 404', journal({ dialStatus: 'CHANUNAVAIL', dial1Cause: 1 }), 'invalid_number'],
    ['declines, 603', journal({ dialStatus: 'CHANUNAVAIL', dial1Cause: 21 }), 'rejected'],
    ['does not answer', journal({ dialStatus: 'NOANSWER', dial1Cause: 16 }), 'no_answer'],
    ['rings while the agent hangs up', journal({ dialStatus: 'CANCEL', dial1Cause: 0 }), 'dial1_hung_up'],
    // The same with dial2's own cause, from the journal or from its Hangup.
    ['is busy, 486', journal({ dialStatus: 'BUSY', dial2Cause: 17, dial2SipCode: 486 }), 'busy'],
    ['is busy everywhere, 600', { ...journal({ dialStatus: 'BUSY' }), ...dial2HungUp(17, 600) }, 'busy'],
    [
      'does not exist, 404, by its Hangup',
      { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(1, 404) },
      'invalid_number',
    ],
    [
      'does not exist anywhere, 604',
      { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(1, 604) },
      'invalid_number',
    ],
    ['is gone, 410', { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(22, 410) }, 'invalid_number'],
    [
      'declines, 603, by its Hangup',
      { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(21, 603) },
      'rejected',
    ],
    ['is forbidden, 403', { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(21, 403) }, 'not_allowed'],
    ['wants a password, 407', { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(21, 407) }, 'trunk_auth'],
    [
      'meets congestion, 503, by its Hangup',
      { ...journal({ dialStatus: 'CONGESTION' }), ...dial2HungUp(34, 503) },
      'congestion',
    ],
    [
      'has no codec in common, 488',
      { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(58, 488) },
      'incompatible_media',
    ],
    [
      'is away, 480, without ringing',
      { ...journal({ dialStatus: 'NOANSWER' }), ...dial2HungUp(19, 480) },
      'unreachable',
    ],
    [
      'is away, 480, after ringing',
      { ...journal({ dialStatus: 'NOANSWER', ringMs: 900 }), ...dial2HungUp(19, 480) },
      'no_answer',
    ],
    ['never answers SIP at all', { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(18) }, 'unreachable'],
    [
      'rings and never answers SIP again',
      { ...journal({ dialStatus: 'CHANUNAVAIL', ringMs: 900 }), ...dial2HungUp(18) },
      'no_answer',
    ],
    [
      'does not answer and is given up with 487',
      { ...journal({ dialStatus: 'NOANSWER' }), ...dial2HungUp(127, 487) },
      'no_answer',
    ],
    ['is not registered', journal({ dialStatus: 'CHANUNAVAIL', dial1Cause: 0 }), 'unreachable'],
    // DIALSTATUS alone: the causes mean only that a channel ended.
    ['is BUSY, cause 16', { ...journal({ dialStatus: 'BUSY' }), ...dial2HungUp(16) }, 'busy'],
    ['is CONGESTION, cause 0', journal({ dialStatus: 'CONGESTION', dial1Cause: 0 }), 'congestion'],
    // Causes and statuses without a row are logged and counted.
    ['fails with a cause without a row', { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(7) }, unmapped],
    [
      'fails with dial1 repeating a cause without a row',
      journal({ dialStatus: 'CHANUNAVAIL', dial1Cause: 7 }),
      unmapped,
    ],
    ['is DONTCALL', journal({ dialStatus: 'DONTCALL' }), unmapped],
    ['is INVALIDARGS', journal({ dialStatus: 'INVALIDARGS' }), unmapped],
    // The person hung up, or Redial did.
    ['was never tried: dial1 left before', journal({ dialStatus: '', dial1Cause: 16 }), 'dial1_hung_up'],
    ['was never tried: we hung dial1 up', { ...journal({ dialStatus: '' }), cancelRequestedAt }, 'canceled'],
    ['rings while we hang up', { ...journal({ dialStatus: 'CANCEL', dial1Cause: 0 }), cancelRequestedAt }, 'canceled'],
    ['talks until we hang up', { ...journal({ dialStatus: 'ANSWER', talkMs: 5_000 }), cancelRequestedAt }, 'answered'],
    [
      'was busy before the cancel arrived',
      { ...journal({ dialStatus: 'BUSY', dial2Cause: 17 }), cancelRequestedAt },
      'busy',
    ],
    [
      'did not answer before the cancel arrived',
      { ...journal({ dialStatus: 'NOANSWER' }), cancelRequestedAt },
      'no_answer',
    ],
    // The journal's last entry is missing.
    ['left no last word', { dial1AnsweredAt: at - 20_000, lostAt }, 'unknown'],
    [
      'left no last word, though it hung up busy',
      { dial1AnsweredAt: at - 20_000, lostAt, ...dial2HungUp(17, 486) },
      'unknown',
    ],
    ['was created, and left no last word', { dial1AnsweredAt: at - 20_000, dial2Created, lostAt }, 'unknown'],
    ['is an announcement that was heard', journal({ dialStatus: 'ANSWER', talkMs: 9_000, dtmfDigit: '1' }), 'answered'],
    ['talks and is recorded', journal({ dialStatus: 'ANSWER', talkMs: 9_000, recorded: true }), 'answered'],
    ['left no last word after a restart', { dial1AnsweredAt: at - 20_000, lostAt, pbxRestarted: true }, 'unknown'],
    ['left no last word after a cancel', { dial1AnsweredAt: at - 20_000, lostAt, cancelRequestedAt }, 'unknown'],
  ];

  it.each(rows)('%s', (_what, evidence, expected) => {
    const outcome = outcomeOf(evidence, at);
    expect(word(outcome.dial2, outcome)).toBe(expected);
    expect(outcome.dial1.disposition).toBe('answered');
    expect(outcome.disposition).toBe(outcome.dial2?.disposition);
    expect(outcome.connected).toBe(expected === 'answered');
    expect(outcomeOf({ ...evidence, dial2Created }, at)).toEqual(outcome);
  });

  it('has the same outcome with and without a recording and a pressed key', () => {
    for (const dialStatus of ['ANSWER', 'BUSY', 'NOANSWER', 'CANCEL', 'CHANUNAVAIL', '']) {
      const reported = journal({ dialStatus, recorded: true, dtmfDigit: '0' });
      expect(outcomeOf(reported, at)).toEqual(outcomeOf(journal({ dialStatus }), at));
    }
  });

  it('whose cause has no row is still BUSY or CONGESTION by DIALSTATUS, and counted', () => {
    for (const [dialStatus, disposition] of [
      ['BUSY', 'busy'],
      ['CONGESTION', 'congestion'],
    ] as const) {
      const outcome = outcomeOf({ ...journal({ dialStatus }), ...dial2HungUp(7) }, at);
      expect(outcome).toMatchObject({ disposition, mapped: false });
    }
  });

  it('keeps every raw value beside our word for it', () => {
    const outcome = outcomeOf(
      { ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(21, 603), ...hungUp(21, 403) },
      at,
    );
    // dial1's Hangup repeats the cause, with Asterisk's own translation of 603. No phone sent that.
    expect(outcome.dial1).toEqual({ disposition: 'answered', cause: 21 });
    expect(outcome.dial2).toEqual({ disposition: 'rejected', cause: 21, sipCode: 603, dialStatus: 'CHANUNAVAIL' });
  });

  it('has the same outcome with and without its Hangup, where the journal has the cause', () => {
    const knows = journal({ dialStatus: 'CHANUNAVAIL', dial2Cause: 21, dial2SipCode: 603 });
    expect(outcomeOf({ ...knows, ...dial2HungUp(0, 403) }, at)).toEqual(outcomeOf(knows, at));
  });

  it('has the cause of its own BYE, where dial1’s channel has 16', () => {
    const ended = journal({ dialStatus: 'ANSWER', talkMs: 5_000, dial2Cause: 16, dial2SipCode: 200, endedBy: 'dial2' });
    expect(outcomeOf({ ...ended, ...dial2HungUp(31, 480) }, at).dial2).toMatchObject({ cause: 31, sipCode: 200 });
    expect(outcomeOf(ended, at).dial2).toMatchObject({ cause: 16, sipCode: 200 });
  });

  it('talked as long as the journal has it, else the time is unknown', () => {
    expect(outcomeOf(journal({ dialStatus: 'ANSWER', talkMs: 5_000 }), at).talkMs).toBe(5_000);
    expect(outcomeOf(journal({ dialStatus: 'BUSY', dial2Cause: 17 }), at).talkMs).toBe(0);
    expect(outcomeOf({ dial1AnsweredAt: at, lostAt }, at).talkMs).toBeNull();
  });

  it('was ended by the side in the journal, else by us where a cancel was requested', () => {
    const talked = journal({ dialStatus: 'ANSWER', talkMs: 5_000 });
    expect(outcomeOf({ ...talked, cancelRequestedAt }, at).endedBy).toBe('redial');
    for (const endedBy of ['dial1', 'dial2'] as const) {
      const byPhone = journal({ dialStatus: 'ANSWER', talkMs: 5_000, endedBy });
      expect(outcomeOf(byPhone, at).endedBy).toBe(endedBy);
      expect(outcomeOf({ ...byPhone, cancelRequestedAt }, at).endedBy).toBe(endedBy);
    }
    expect(outcomeOf({ ...journal({ dialStatus: 'CANCEL' }), cancelRequestedAt }, at).endedBy).toBe('redial');
    const left = journal({ dialStatus: 'CANCEL', endedBy: 'dial1' });
    expect(outcomeOf(left, at)).toMatchObject({ disposition: 'dial1_hung_up', endedBy: 'dial1' });
    expect(outcomeOf({ ...left, cancelRequestedAt }, at)).toMatchObject({
      disposition: 'dial1_hung_up',
      endedBy: 'dial1',
    });
    expect(outcomeOf({ ...journal({ dialStatus: 'BUSY', dial2Cause: 17 }), cancelRequestedAt }, at).endedBy).toBeNull();
    expect(outcomeOf(journal({ dialStatus: 'ANSWER' }), at).endedBy).toBeNull();
  });

  it('never ended in the future, even when the PBX’s clock is ahead', () => {
    expect(outcomeOf(journal({ dialStatus: 'ANSWER', endedAt: at + 3_600_000 }), at).endedAt).toBe(at);
    expect(outcomeOf(journal({ dialStatus: 'ANSWER', endedAt: at - 9_000 }), at).endedAt).toBe(at - 9_000);
    expect(outcomeOf({ ...journal({ dialStatus: 'ANSWER' }), ...hungUp(16) }, at).endedAt).toBe(at);
  });

  it('never ended before dial1 answered, even when the PBX’s clock is behind', () => {
    expect(outcomeOf(journal({ dialStatus: 'ANSWER', endedAt: at - 3_600_000 }), at).endedAt).toBe(at - 20_000);
  });

  it('has dial1’s cause from the journal when the Hangup comes later', () => {
    expect(outcomeOf(journal({ dialStatus: 'BUSY', dial1Cause: 17 }), at).dial1).toEqual({
      disposition: 'answered',
      cause: 17,
    });
  });
});

describe('a leg without any answer', () => {
  const noTalk = (fields: Partial<JournalEnded>) => journal({ talkMs: 0, dial1Cause: 16, ...fields });
  const down = noTalk({ dialStatus: 'CHANUNAVAIL', dial1Cause: 3 });
  const downByQualify = noTalk({ dialStatus: 'CHANUNAVAIL', dial1Cause: 20 });
  const silent = { ...noTalk({ dialStatus: 'NOANSWER' }), ...dial2HungUp(0) };
  const timerB = { ...noTalk({ dialStatus: 'CHANUNAVAIL', dial1Cause: 18 }), ...dial2HungUp(18, 408) };
  const slow = noTalk({ dialStatus: 'NOANSWER', dial2Spoke: true });
  const unregistered = failed(0);
  const notRung = { ...failed(3), ...hungUp(19, 480) };
  const rungOut = { rangAt, ...failed(3), ...hungUp(19, 480) };
  const dial1TimerB = { ...failed(0), ...hungUp(18, 408) };

  it.each<[what: string, evidence: Evidence, trunk: Disposition, extension: Disposition, older: Disposition]>([
    ['dial2 that Asterisk has no contact for', down, 'congestion', 'unreachable', 'no_route'],
    ['dial2 that qualify has found down', downByQualify, 'congestion', 'unreachable', 'unreachable'],
    ['dial2 that is silent as long as it may ring', silent, 'congestion', 'no_answer', 'no_answer'],
    ['dial2 that is silent longer than SIP waits', timerB, 'congestion', 'unreachable', 'unreachable'],
    ['dial2 that sent 100 Trying alone', slow, 'no_answer', 'no_answer', 'no_answer'],
    ['dial1 that has no channel', unregistered, 'congestion', 'unreachable', 'unreachable'],
    ['dial1 that is silent as long as it may ring', notRung, 'congestion', 'no_answer', 'no_answer'],
    ['dial1 that rings as long as it may', rungOut, 'no_answer', 'no_answer', 'no_answer'],
    ['dial1 that is silent longer than SIP waits', dial1TimerB, 'congestion', 'unreachable', 'unreachable'],
  ])(
    '%s: of a trunk it is the network’s fault, and no retry is used up',
    (_what, evidence, trunk, extension, older) => {
      const word = (context: OutcomeContext) => outcomeOf(evidence, at, context).disposition;
      expect(word({ legs: { dial1: 'trunk', dial2: 'trunk' } })).toBe(trunk);
      expect(word({ legs: { dial1: 'extension', dial2: 'extension' } })).toBe(extension);
      expect(word({})).toBe(older);
    },
  );

  it('has no SIP code, nor a cause of 0', () => {
    expect(outcomeOf(notRung, at).dial1).toEqual({ disposition: 'no_answer', cause: 19, reason: 3 });
    expect(outcomeOf({ ...failed(3), ...hungUp(0) }, at).dial1).not.toHaveProperty('cause');
    expect(outcomeOf(silent, at).dial2).toEqual({ disposition: 'no_answer', dialStatus: 'NOANSWER' });
    expect(outcomeOf(timerB, at).dial2).not.toHaveProperty('sipCode');
  });
});

describe('a dial1 that answered and was gone before the dialplan’s first step', () => {
  const gone: Evidence = { dial1AnsweredAt: at - 8_000, ...hungUp(16), neverEnteredAt: at };

  it('hung up by itself, and dial2 was never dialled', () => {
    expect(outcomeOf(gone, at)).toMatchObject({
      disposition: 'dial1_hung_up',
      connected: false,
      dial1: { disposition: 'answered' },
      talkMs: 0,
      endedBy: 'dial1',
      mapped: true,
    });
  });

  it('was hung up by us where a cancel was requested', () => {
    expect(outcomeOf({ ...gone, cancelRequestedAt }, at)).toMatchObject({ disposition: 'canceled', endedBy: 'redial' });
  });

  it('has the outcome of the journal’s last entry, where there is one', () => {
    expect(outcomeOf({ ...gone, ...journal({ dialStatus: 'ANSWER', talkMs: 5_000 }) }, at)).toMatchObject({
      disposition: 'answered',
      talkMs: 5_000,
    });
  });
});

describe('the table', () => {
  /** 18, 19 and 21, and what depends on ringing or on the kind of the leg, have rows of their own. */
  const byCause: Partial<Record<Disposition, readonly number[]>> = {
    busy: [17],
    unreachable: [4, 20, 23],
    no_answer: [19, 26],
    rejected: [21, 24],
    invalid_number: [1, 22, 28],
    not_allowed: [50, 52, 53, 54, 55, 57, 62, 87, 90],
    no_route: [2, 3, 5, 14, 91],
    incompatible_media: [58, 65, 69, 70, 79, 88],
    pbx_error: [66],
  };
  const withoutMeaning = [0, 7, 10, 11, 12, 13, 15, 16, 30, 31];
  /** IANA, sip-parameters, Response Codes: 300 to 699. */
  const bySipCode: Partial<Record<Disposition, readonly number[]>> = {
    unreachable: [300, 301, 302, 305, 380, 430],
    busy: [486, 600],
    rejected: [603],
    invalid_number: [404, 410, 484, 485, 604],
    not_allowed: [403, 433, 470, 607, 608],
    incompatible_media: [406, 415, 488, 493, 606],
    trunk_auth: [401, 402, 407, 428, 429, 436, 437, 438, 494],
    congestion: [
      ...[400, 405, 412, 413, 414, 416, 417, 420, 421, 422, 423, 424, 425, 439, 440, 469, 481, 482, 483, 489, 491],
      ...[500, 501, 502, 503, 504, 505, 513, 555, 580],
    ],
  };
  const ofClass: Readonly<Record<number, Disposition>> = {
    3: 'unreachable',
    4: 'congestion',
    5: 'congestion',
    6: 'busy',
  };
  const entries = (table: Partial<Record<Disposition, readonly number[]>>) =>
    Object.entries(table).flatMap(([disposition, codes]) =>
      codes.map((code) => [code, disposition as Disposition] as const),
    );
  const ofCause = new Map(entries(byCause));
  const ofSipCode = new Map(entries(bySipCode));
  const registered = [...ofSipCode.keys(), 408, 480, 487];
  const sipCodes = [undefined, 200, ...Array.from({ length: 400 }, (_, i) => 300 + i)];
  const legs = [undefined, ...legKinds];

  function expected({ cause, sipCode, rang, leg }: FinalAnswer): Disposition | undefined {
    const away = rang ? 'no_answer' : 'unreachable';
    const silent = leg === 'trunk' ? 'congestion' : 'unreachable';
    const timedOut = rang ? 'no_answer' : silent;
    if (sipCode === 480 || sipCode === 487) return away;
    if (sipCode === 408) return timedOut;
    if (sipCode !== undefined && sipCode >= 300) return ofSipCode.get(sipCode) ?? ofClass[Math.floor(sipCode / 100)];
    if (cause === 3 && leg === 'dialplan') return 'unreachable';
    if (cause === 18) return timedOut;
    if (cause === 27) return silent;
    if (withoutMeaning.includes(cause)) return undefined;
    return ofCause.get(cause) ?? 'congestion';
  }

  it('holds for every Q.850 cause, SIP code and kind of leg, with and without ringing', () => {
    const wrong: unknown[] = [];
    for (let cause = 0; cause <= 127; cause++) {
      for (const sipCode of sipCodes) {
        for (const rang of [true, false]) {
          for (const leg of legs) {
            const found = dispositionOf({ cause, sipCode, rang, leg });
            if (found !== expected({ cause, sipCode, rang, leg })) wrong.push({ cause, sipCode, rang, leg, found });
          }
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  it('has a word for any SIP code, and an unknown one is the x00 of its class (RFC 3261 §8.1.3.2)', () => {
    for (const sipCode of sipCodes) {
      if (sipCode === undefined || sipCode < 300) continue;
      const word = dispositionOf({ cause: 0, sipCode, rang: false });
      expect(word).toBeDefined();
      const x00 = dispositionOf({ cause: 0, sipCode: Math.floor(sipCode / 100) * 100, rang: false });
      if (!registered.includes(sipCode)) expect(word).toBe(x00);
    }
  });

  it('classes faults of the network as network, and never ends a call for them', () => {
    for (const sipCode of [...Array.from({ length: 100 }, (_, i) => 500 + i), 408, 482, 483]) {
      for (const dial of [dialOf.dial1, dialOf.dial2]) {
        expect(classOf(dial(sipCode, { dial1: 'trunk', dial2: 'trunk' }).disposition)).toBe('network');
      }
    }
  });

  it('maps a dial1 cause without meaning to unknown, unmapped, with the raw values', () => {
    for (let cause = 0; cause <= 127; cause++) {
      for (const rang of [{ rangAt }, {}]) {
        const outcome = outcomeOf({ ...rang, ...failed(0), ...hungUp(cause) }, at);
        const row = expected({ cause, rang: 'rangAt' in rang });
        expect(outcome).toMatchObject({
          disposition: row ?? 'unknown',
          mapped: row !== undefined,
          dial1: { ...(cause !== 0 && { cause }), reason: 0 },
        });
      }
    }
  });

  it('maps a dial2 cause without a row to unknown, unmapped, with the raw values', () => {
    const endedNormally = [0, 16, 31];
    for (let cause = 0; cause <= 127; cause++) {
      for (const ringMs of [0, 900]) {
        const evidence = { ...journal({ dialStatus: 'CHANUNAVAIL', ringMs }), ...dial2HungUp(cause) };
        const outcome = outcomeOf(evidence, at);
        const row =
          expected({ cause, rang: ringMs > 0 }) ?? (endedNormally.includes(cause) ? 'unreachable' : undefined);
        expect(outcome).toMatchObject({
          disposition: row ?? 'unknown',
          mapped: row !== undefined,
          dial2: { ...(cause !== 0 && { cause }), dialStatus: 'CHANUNAVAIL' },
        });
      }
    }
  });

  const dialOf = {
    dial1: (code: number, legs?: OutcomeContext['legs'], cause = 127) =>
      outcomeOf({ ...failed(0), ...hungUp(cause, code) }, at, legs && { legs }),
    dial2: (code: number, legs?: OutcomeContext['legs'], cause = 127) =>
      outcomeOf({ ...journal({ dialStatus: 'CHANUNAVAIL' }), ...dial2HungUp(cause, code) }, at, legs && { legs }),
  };

  it('maps every cause and SIP code with a row alike on both legs', () => {
    for (const [code, disposition] of [...ofSipCode, [480, 'unreachable'] as const, [487, 'unreachable'] as const]) {
      expect(dialOf.dial1(code)).toMatchObject({ disposition, mapped: true, dial1: { sipCode: code } });
      expect(dialOf.dial2(code)).toMatchObject({ disposition, mapped: true, dial2: { sipCode: code } });
    }
    for (const [cause, disposition] of ofCause) {
      expect(outcomeOf({ ...failed(0), ...hungUp(cause) }, at).disposition).toBe(disposition);
      expect(outcomeOf({ ...journal({ dialStatus: 'CHANUNAVAIL', dial1Cause: cause }) }, at).disposition).toBe(
        disposition,
      );
    }
  });

  it('makes outcomes that their own schema accepts', () => {
    for (const evidence of [{}, failed(0), { ...failed(0), ...hungUp(17, 486) }, journal({ dialStatus: 'ANSWER' })]) {
      const outcome = outcomeOf(evidence, at);
      expect(OutcomeSchema.parse(outcome)).toEqual(outcome);
    }
  });
});

describe('an attempt that Redial did not send states why', () => {
  const refused = { message: 'no', at };
  it.each<[string, Evidence, string | undefined, string | null]>([
    ['as the dialer reported', { refused: { ...refused, byUs: true, code: 'late' } }, 'late', null],
    [
      'canceled',
      { refused: { ...refused, byUs: true, code: 'canceled' }, cancelRequestedAt: at },
      'canceled',
      'redial',
    ],
    [
      'late, and canceled since',
      { refused: { ...refused, byUs: true, code: 'late' }, cancelRequestedAt: at },
      'late',
      null,
    ],
    [
      'of a later dialer, canceled',
      { refused: { ...refused, byUs: true, code: 'of_a_later_version' }, cancelRequestedAt: at },
      'canceled',
      'redial',
    ],
    ['of a later dialer', { refused: { ...refused, byUs: true, code: 'of_a_later_version' } }, undefined, null],
    ['refused by Asterisk', { refused }, undefined, null],
    ['refused by Asterisk, and canceled', { refused, cancelRequestedAt: at }, undefined, null],
  ])('%s', (_what, evidence, code, endedBy) => {
    const outcome = outcomeOf(evidence, at);
    expect([outcome.notSentCode, outcome.endedBy, outcome.talkMs]).toEqual([code, endedBy, 0]);
  });

  it('evidence of a later version is read, with any code', () => {
    const later = { refused: { ...refused, byUs: true, code: 'of_a_later_version', more: 1 } };
    expect(Evidence.parse(later).refused).toMatchObject({ byUs: true, code: 'of_a_later_version' });
  });
});

describe('classes of dispositions', () => {
  it.each([
    ['answered', 'answered'],
    ['no_answer', 'callee'],
    ['busy', 'callee'],
    ['rejected', 'callee'],
    ['unreachable', 'callee'],
    ['machine', 'callee'],
    ['dial1_hung_up', 'callee'],
    ['invalid_number', 'permanent'],
    ['not_allowed', 'permanent'],
    ['no_route', 'permanent'],
    ['incompatible_media', 'permanent'],
    ['congestion', 'network'],
    ['trunk_auth', 'network'],
    ['pbx_error', 'network'],
    ['not_sent', 'not_sent'],
    ['canceled', 'canceled'],
    ['unknown', 'unknown'],
  ] as const)('%s is %s', (disposition, expected) => {
    expect(classOf(disposition)).toBe(expected);
  });
});

describe('a call that was transferred', () => {
  const talked: JournalEnded = {
    ...journalEnded,
    dialStatus: 'ANSWER',
    dial1Cause: 16,
    talkMs: 2_000,
    answeredAt: at - 20_000,
    endedAt: at - 10_000,
    dial2Cause: 16,
    dial2SipCode: 200,
    dial2UniqueId: '1.2',
  };
  const dial1Hangup = { cause: 16, at: at - 9_000 };

  it.each<[what: string, evidence: Evidence, expected: Partial<Outcome>]>([
    [
      'dial2 handed dial1 over 5 s before its end',
      { dial1Hangup, journalEnded: { ...talked, transferred: 'dial1', dial2EndedAt: at - 15_000 } },
      { talkMs: 2_000, endedAt: at - 9_000, transferredAt: at - 14_000 },
    ],
    [
      'dial1 handed dial2 over, who ended 4 s later',
      { dial1Hangup, journalEnded: { ...talked, transferred: 'dial2', dial2EndedAt: at - 6_000 } },
      { talkMs: 2_000, endedAt: at - 5_000, transferredAt: at - 9_000 },
    ],
    [
      'the same, followed by its Hangup alone',
      { dial1Hangup, dial2FollowedTo: at - 1_000, journalEnded: { ...talked, transferred: 'dial2' } },
      { talkMs: 2_000, endedAt: at - 1_000, transferredAt: at - 9_000 },
    ],
    [
      'another phone took dial1’s place: they talked on',
      { dial1Hangup, journalEnded: { ...talked, dial2EndedAt: at - 6_000 } },
      { talkMs: 6_000, endedAt: at - 5_000 },
    ],
    [
      'dial2 could not be reconciled to the last: nothing is added',
      { dial1Hangup, gaveUpAt: at, journalEnded: { ...talked, transferred: 'dial2' } },
      { talkMs: 2_000, endedAt: at - 9_000 },
    ],
    [
      'dial2 ended a moment before dial1, as it mostly does',
      { dial1Hangup, journalEnded: { ...talked, dial2EndedAt: talked.endedAt - 1 } },
      { talkMs: 2_000, endedAt: at - 9_000 },
    ],
  ])('%s', (_what, evidence, expected) => {
    const outcome = outcomeOf(evidence, at);
    expect(outcome).toMatchObject({ disposition: 'answered', connected: true });
    expect({ ...outcome }).toMatchObject(expected);
  });

  it('the end of a replaced channel does not end dial1', () => {
    const picked = { dial1Hangup: { cause: 26, at: at - 15_000 }, dial1ReplacedBy: { uniqueId: '1.7', at } };
    expect(outcomeOf({ ...picked, journalEnded: talked }, at)).toMatchObject({
      dial1: { disposition: 'answered', cause: 16 },
      endedAt: talked.endedAt,
    });
  });

  it('the Hangup of a phone that rang beside the one that answered is not dial2’s', () => {
    const { dial2Cause: _cause, dial2SipCode: _code, ...silent } = talked;
    const dial2Hangup = { cause: 26, uniqueId: '1.1', at };
    expect(outcomeOf({ journalEnded: silent, dial2Hangup }, at).dial2).toEqual({
      disposition: 'answered',
      dialStatus: 'ANSWER',
    });
  });
});
