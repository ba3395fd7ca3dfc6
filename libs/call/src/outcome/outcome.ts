import { z } from 'zod';
import type { AttemptPlan } from '../attempt/attempt-state.ts';
import { type Disposition, dispositions } from './disposition.ts';
import { dispositionOf, type LegKind, withoutAnAnswer } from './disposition-table.ts';
import { dial1HangupOf, type Evidence, type JournalEnded } from './evidence.ts';
import { notSentCodeOf, notSentCodes } from './not-sent.ts';

/** How one leg ended. */
export const LegOutcome = z.strictObject({
  disposition: z.enum(dispositions),
  /** Q.850 cause, raw. */
  cause: z.int().optional(),
  /** SIP response code, raw, where the PBX sends it. */
  sipCode: z.int().optional(),
  /** AMI's OriginateResponse Reason (dial1) or the dialplan's DIALSTATUS (dial2), raw. */
  reason: z.int().optional(),
  dialStatus: z.string().optional(),
});
export type LegOutcome = z.infer<typeof LegOutcome>;

/** The one value in which the attempt's and the call's machines meet. */
export const Outcome = z.strictObject({
  disposition: z.enum(dispositions),
  /** Of `not_sent`: why. Absent where a dialer of an earlier version did not say. */
  notSentCode: z.enum(notSentCodes).optional(),
  /** Both sides talked. Answered is not connected: dial1 may answer and dial2 not. */
  connected: z.boolean(),
  dial1: LegOutcome,
  /** Null when dial1 never answered, so that dial2 was never tried. */
  dial2: LegOutcome.nullable(),
  /** Null where nobody can know it. */
  talkMs: z.int().nonnegative().nullable(),
  endedBy: z.enum(['dial1', 'dial2', 'redial']).nullable(),
  endedAt: z.int().nonnegative(),
  /** One side went on in another call, which ended at `endedAt`; the talk is over since then. */
  transferredAt: z.int().nonnegative().optional(),
  /** Concluded from silence: no observer knew the attempt. */
  lost: z.boolean(),
  /** False where a cause or status was not in the table: logged and counted, so that the table can learn it. */
  mapped: z.boolean(),
});
export type Outcome = z.infer<typeof Outcome>;

/**
 * OriginateResponse's Reason, the weakest word on dial1 (main/pbx.c pbx_dial_reason): used where no cause says more. 3, a
 * time-out, has rules of its own; 0 is every other failure, and without any channel event it means not dialable (asterisk.md).
 */
const dispositionOfReason: Readonly<Record<number, Disposition>> = { 5: 'busy', 8: 'congestion' };

/** Asterisk's cause for SIP 3xx. */
const redirected = 23;

/** Causes that say no more than that a channel ended. An AMI Hangup of a ringing channel leaves 0, or the cause that it named. */
const normalClearing = new Set([0, 16, 31]);

interface Decision {
  readonly leg: LegOutcome;
  readonly mapped: boolean;
}

/** What is known of an attempt beside what was seen of it. */
export type OutcomeContext = Pick<AttemptPlan, 'viaLocalChannel' | 'legs'>;

/** Records of before 2026-11-30 say only that one of the two is a Local channel. */
function legKind(leg: 'dial1' | 'dial2', { legs, viaLocalChannel }: OutcomeContext): LegKind | undefined {
  return legs?.[leg] ?? (viaLocalChannel ? 'dialplan' : undefined);
}

/**
 * All evidence of one attempt → its outcome. Total, pure, and independent of the order in which the evidence came.
 * Strongest first: Hangup's cause and SIP code, then DIALSTATUS, then OriginateResponse's Reason.
 */
export function outcomeOf(evidence: Evidence, at: number, context: OutcomeContext = {}): Outcome {
  if (dial1Answered(evidence)) return answeredOutcome(evidence, at, context);
  const { leg, mapped } = dial1Decision(evidence, context);
  const notSentCode = notSentCodeOf(evidence);
  return {
    disposition: leg.disposition,
    ...(notSentCode !== undefined && { notSentCode }),
    connected: false,
    dial1: leg,
    dial2: null,
    // A failure that we cannot name is no talk all the same.
    talkMs: leg.disposition === 'unknown' && evidence.originateFailed === undefined ? null : 0,
    endedBy: leg.disposition === 'canceled' || notSentCode === 'canceled' ? 'redial' : null,
    endedAt: endedAt(evidence, at),
    lost: evidence.lostAt !== undefined,
    mapped,
  };
}

export function dial1Answered(evidence: Evidence): boolean {
  return evidence.dial1AnsweredAt !== undefined || evidence.journalEnded !== undefined;
}

function endedAt(evidence: Evidence, at: number): number {
  return evidence.dial1Hangup?.at ?? evidence.originateFailed?.at ?? evidence.refused?.at ?? at;
}

function dial1Decision(evidence: Evidence, context: OutcomeContext): Decision {
  const { dial1Hangup, originateFailed, refused } = evidence;
  const leg = legKind('dial1', context);
  // Of a channel that it ends itself, as our time is over, Asterisk tells the code that it would send.
  const isOurs = originateFailed?.reason === 3 && (dial1Hangup === undefined || isOwnTimeout(dial1Hangup));
  const raw = {
    ...(dial1Hangup && dial1Hangup.cause !== 0 && { cause: dial1Hangup.cause }),
    ...(dial1Hangup?.sipCode !== undefined && !isOurs && { sipCode: dial1Hangup.sipCode }),
    ...(originateFailed && { reason: originateFailed.reason }),
  };
  const decision = (disposition: Disposition, mapped = true): Decision => ({ leg: { disposition, ...raw }, mapped });
  const rang = evidence.rangAt !== undefined || dial1Hangup?.rang === true;

  if (refused !== undefined) return decision(refused.byUs ? 'not_sent' : 'pbx_error');
  if (isOurs) {
    // Our ring timeout ran out. A trunk that has neither rung nor sent early media in all that time has rung nobody. A phone may be shy of 180.
    return decision(leg === 'trunk' && !rang ? withoutAnAnswer(leg) : 'no_answer');
  }
  if (dial1Hangup !== undefined && !(evidence.cancelRequestedAt !== undefined && isOurOwnEnd(dial1Hangup))) {
    const { cause, sipCode } = dial1Hangup;
    const isForward = evidence.dial1ForwardedAt !== undefined && normalClearing.has(cause) && sipCode === undefined;
    const found = dispositionOf({ ...dial1Hangup, ...(isForward && { cause: redirected }), rang, leg });
    if (found !== undefined) return decision(found);
  }
  // The network has not said why it ended, and we had asked for the end: it was our own hang-up.
  if (evidence.cancelRequestedAt !== undefined && (dial1Hangup !== undefined || originateFailed !== undefined)) {
    return decision('canceled');
  }
  if (leg === 'dialplan' && originateFailed?.reason === 0 && normalClearing.has(dial1Hangup?.cause ?? -1)) {
    // A ring group or a queue that gave up by itself, before our own time was over.
    return decision(rang ? 'no_answer' : 'unreachable');
  }
  if (originateFailed !== undefined) {
    const found = dispositionOfReason[originateFailed.reason];
    if (found !== undefined) return decision(found, dial1Hangup === undefined || normalClearing.has(dial1Hangup.cause));
    if (dial1Hangup !== undefined || originateFailed.reason !== 0) return decision('unknown', false);
    // Failure 0 without any channel event: not registered, unreachable or unknown endpoint (asterisk.md). A phone that rang
    // had a channel: its Hangup was missed, and with it the truth.
    return decision(rang ? 'unknown' : withoutAnAnswer(leg));
  }
  if (dial1Hangup !== undefined) return decision('unknown', false);
  if (evidence.pbxRestarted || evidence.gaveUpAt !== undefined) return decision('unknown');
  if (evidence.lostAt === undefined) return decision('unknown');
  return decision(evidence.cancelRequestedAt === undefined ? 'no_answer' : 'canceled');
}

type Ended = NonNullable<Evidence['dial1Hangup']>;

/**
 * What our own end of a dial1 looks like, by hang-up or by time-out: 487 answers a CANCEL, and is 127 to an Asterisk that tells no SIP codes.
 * 21 without a SIP answer is what Asterisk says of a channel that is hung up before its INVITE is out.
 */
function isOurOwnEnd({ cause, sipCode }: Ended): boolean {
  return sipCode === 487 || (sipCode === undefined && (cause === 21 || cause === 127));
}

/** 19 on Asterisk 22, 0 on 16.28; with Reason 3 all of these are our Timeout running out. */
function isOwnTimeout({ cause, sipCode }: Ended): boolean {
  return cause === 19 || sipCode === 487 || normalClearing.has(cause);
}

function answeredOutcome(evidence: Evidence, at: number, context: OutcomeContext): Outcome {
  const { leg: dial2, mapped } = dial2Decision(evidence, context);
  const { journalEnded } = evidence;
  const dial1Hangup = dial1HangupOf(evidence);
  const { talkMs, ...ends } = answeredEnds(evidence, at);
  // The journal's last word mostly comes before the Hangup, and has the same cause.
  const dial1Cause = dial1Hangup?.cause ?? journalEnded?.dial1Cause;
  const connected = dial2.disposition === 'answered';
  const neverEntered = evidence.neverEnteredAt !== undefined && journalEnded === undefined;
  const byUs = dial2.disposition === 'canceled' || (connected && isOurHangUp(evidence));
  return {
    disposition: dial2.disposition,
    connected,
    dial1: {
      disposition: 'answered',
      // Its SIP code would be Asterisk's translation of that: an answered leg has no other than 200.
      ...(dial1Cause !== undefined && dial1Cause !== 0 && { cause: dial1Cause }),
    },
    dial2,
    talkMs: connected ? talkMs : journalEnded !== undefined || neverEntered ? 0 : null,
    endedBy: byUs ? 'redial' : neverEntered ? 'dial1' : (journalEnded?.endedBy ?? null),
    ...ends,
    lost: false,
    mapped,
  };
}

/**
 * When the last channel of a call ended whose dial1 had answered, when its talk did, and whether one side was transferred in between. Differences
 * are taken between instants of one clock.
 */
function answeredEnds(evidence: Evidence, at: number): Pick<Outcome, 'endedAt' | 'transferredAt' | 'talkMs'> {
  const { journalEnded, dial2FollowedTo } = evidence;
  const dial1EndedAt = dial1HangupOf(evidence)?.at ?? answeredEndedAt(evidence, at);
  if (journalEnded === undefined) return { endedAt: dial1EndedAt, talkMs: null };
  const { dial2EndedAt, transferred, talkMs } = journalEnded;
  const laterMs =
    dial2EndedAt !== undefined
      ? dial2EndedAt - journalEnded.endedAt
      : dial2FollowedTo !== undefined
        ? dial2FollowedTo - dial1EndedAt
        : 0;
  const outlivedMs = Math.max(0, laterMs);
  const ends = { endedAt: dial1EndedAt + outlivedMs };
  // Not transferred, and dial2 went on all the same: another channel had taken dial1's place, and they talked on.
  if (transferred === undefined) return { ...ends, talkMs: talkMs + outlivedMs };
  if (transferred === 'dial2') return { ...ends, talkMs, transferredAt: dial1EndedAt };
  // Before dial2 had answered, nobody knows when.
  if (journalEnded.dialStatus !== 'ANSWER') return { ...ends, talkMs };
  return { ...ends, talkMs, transferredAt: dial1EndedAt + Math.min(0, laterMs) };
}

/** The journal's instants are the PBX's clock's, which may run ahead of ours or behind: no end before the answer, none in the future. */
function answeredEndedAt({ journalEnded, dial1AnsweredAt }: Evidence, at: number): number {
  return Math.min(Math.max(journalEnded?.endedAt ?? at, dial1AnsweredAt ?? 0), at);
}

function dial2Decision(evidence: Evidence, context: OutcomeContext): Decision {
  const kind = legKind('dial2', context);
  const { journalEnded } = evidence;
  // Another phone may have picked the call up, or dial2 is one of several: the one that answered counts.
  const isOther = evidence.dial2Hangup?.uniqueId !== (journalEnded?.dial2UniqueId ?? evidence.dial2Hangup?.uniqueId);
  const dial2Hangup = isOther ? undefined : evidence.dial2Hangup;
  // The journal first: it is there whenever dial2 was tried, and dial2's Hangup may or may not have come before it.
  // How a talk was ended is in its Hangup alone: to dial1's channel it is 16 always.
  const isTalk = journalEnded?.dialStatus === 'ANSWER';
  const [first, second] = [journalEnded?.dial2Cause, dial2Hangup?.cause];
  const cause = isTalk ? (second ?? first) : (first ?? second);
  const sipCode = journalEnded?.dial2SipCode ?? ownSipCode({ ...evidence, dial2Hangup });
  // Its channel was ended because dial1's was.
  const isGivenUp = journalEnded?.dialStatus === 'CANCEL' && first === undefined;
  const raw = {
    ...(cause !== undefined && cause !== 0 && !isGivenUp && { cause }),
    ...(sipCode !== undefined && { sipCode }),
    ...(journalEnded && { dialStatus: journalEnded.dialStatus }),
  };
  const decision = (disposition: Disposition, mapped = true): Decision => ({ leg: { disposition, ...raw }, mapped });

  if (journalEnded === undefined) {
    // dial1 answered and the journal's last entry is missing: the talk may or may not have happened.
    if (evidence.neverEnteredAt === undefined) return decision('unknown');
    return decision(isOurHangUp(evidence) ? 'canceled' : 'dial1_hung_up');
  }
  const { dialStatus, dial1Cause } = journalEnded;
  if (dialStatus === 'ANSWER') return decision('answered');
  // dial1's channel ended while dial2 rang, or before: by the person's hand, or by ours.
  if (dialStatus === 'CANCEL' || dialStatus === '') {
    return decision(isOurHangUp(evidence) ? 'canceled' : 'dial1_hung_up');
  }
  const rang = (journalEnded.ringMs ?? 0) > 0;
  // Dial's own CANCEL is answered with 487, which says nothing of the person.
  if (dialStatus === 'NOANSWER' && sipCode === 487) return decision('no_answer');
  if (kind !== undefined && kind !== 'dialplan' && isWithoutAnAnswer(journalEnded, sipCode, dial2Hangup?.cause)) {
    if (dialStatus === 'CHANUNAVAIL') return decision(withoutAnAnswer(kind));
    // It was given up before SIP's own time was over. A phone may be slow; a trunk has answered nothing at all.
    if (dialStatus === 'NOANSWER') return decision(kind === 'trunk' ? withoutAnAnswer(kind) : 'no_answer');
  }
  // dial1's channel repeats dial2's cause, for a PBX whose journal and events keep dial2's own to themselves.
  const said = [cause, dial1Cause].find((c) => c !== undefined && !normalClearing.has(c));
  const found = dispositionOf({ cause: said ?? 0, sipCode, rang, leg: kind });
  if (found !== undefined) return decision(found);
  if (dialStatus === 'NOANSWER') return decision('no_answer');
  // What is behind it rang, and the dialplan there gave up without a word.
  if (kind === 'dialplan' && said === undefined && rang) return decision('no_answer');
  const byStatus = dispositionOfDialStatus[dialStatus];
  if (said === undefined) return byStatus === undefined ? decision('unknown', false) : decision(byStatus);
  // A cause without a row. DIALSTATUS still knows two words; CHANUNAVAIL is what Asterisk says of all that it cannot place.
  return decision(byStatus === undefined || dialStatus === 'CHANUNAVAIL' ? 'unknown' : byStatus, false);
}

/** dial2's own SIP code, where the journal has none. 408 is what Asterisk says when nobody has answered its INVITE, and is no answer then. */
function ownSipCode({ journalEnded, dial2Hangup }: Evidence): number | undefined {
  const { cause, sipCode } = dial2Hangup ?? {};
  return journalEnded !== undefined && cause === 18 && sipCode === 408 ? undefined : sipCode;
}

/** 3 is what Asterisk says where it has no channel to ring: no contact, or none that qualify has found alive. */
const withoutChannel = new Set([...normalClearing, 3, 20]);

/** Nobody has said a word of dial2: Asterisk had no channel for it, or nothing came back. */
function isWithoutAnAnswer(journal: JournalEnded, sipCode: number | undefined, ownCause: number | undefined): boolean {
  if (journal.dial2Spoke || journal.ringMs !== undefined || sipCode !== undefined) return false;
  return [journal.dial2Cause, ownCause, journal.dial1Cause].every(
    (one) => one === undefined || withoutChannel.has(one),
  );
}

/** Asterisk names no source for a hang-up by AMI; a phone that hung up by itself, a moment before the cancel say, it names. */
function isOurHangUp({ cancelRequestedAt, journalEnded }: Evidence): boolean {
  return cancelRequestedAt !== undefined && journalEnded?.endedBy === undefined;
}

/** The weakest word on dial2, used where no cause says more. DIALSTATUS is CHANUNAVAIL for 404 and 603 alike. */
const dispositionOfDialStatus: Readonly<Record<string, Disposition>> = {
  BUSY: 'busy',
  CONGESTION: 'congestion',
  CHANUNAVAIL: 'unreachable',
};
