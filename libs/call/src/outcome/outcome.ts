import { z } from 'zod';
import type { AttemptPlan } from '../attempt/attempt-state.ts';
import { type Disposition, dispositions } from './disposition.ts';
import { dispositionOf, withoutAnAnswer } from './disposition-table.ts';
import { dial1HangupOf, type Evidence, type JournalEnded } from './evidence.ts';
import { notSentCodeOf, notSentCodes } from './not-sent.ts';

/** How one leg ended. */
export const LegOutcome = z.strictObject({
  disposition: z.enum(dispositions),
  /** Q.850 cause, raw. */
  cause: z.int().optional(),
  /** SIP response code, raw, where the PBX reports it. */
  sipCode: z.int().optional(),
  /** AMI's OriginateResponse Reason (dial1) or the dialplan's DIALSTATUS (dial2), raw. */
  reason: z.int().optional(),
  dialStatus: z.string().optional(),
});
export type LegOutcome = z.infer<typeof LegOutcome>;

/** The one value in which the attempt's and the call's machines meet. */
export const Outcome = z.strictObject({
  disposition: z.enum(dispositions),
  /** Of `not_sent`: why. Absent where a dialer of a later version gave a code that is not known here. */
  notSentCode: z.enum(notSentCodes).optional(),
  /** Both sides talked. Answered is not connected: dial1 may answer and dial2 not. */
  connected: z.boolean(),
  dial1: LegOutcome,
  /** Null where dial1 never answered, so that dial2 was never tried. */
  dial2: LegOutcome.nullable(),
  /** Null where it cannot be known. */
  talkMs: z.int().nonnegative().nullable(),
  endedBy: z.enum(['dial1', 'dial2', 'redial']).nullable(),
  endedAt: z.int().nonnegative(),
  /** One side went on in another call, which ended at `endedAt`. The talk ended at `transferredAt`. */
  transferredAt: z.int().nonnegative().optional(),
  /** Concluded from silence: no observer knew the attempt. */
  lost: z.boolean(),
  /** False where the table has no row for a cause or status. This is logged and counted, so that a row can be added. */
  mapped: z.boolean(),
});
export type Outcome = z.infer<typeof Outcome>;

/**
 * OriginateResponse's Reason, the weakest evidence of dial1 (main/pbx.c pbx_dial_reason). It counts where no cause
 * means more. 3, a time-out, has rules of its own. 0 is every other failure; without any channel event it means that
 * the endpoint cannot be dialled (asterisk.md).
 */
const dispositionOfReason: Readonly<Record<number, Disposition>> = { 5: 'busy', 8: 'congestion' };

/** Asterisk's cause for SIP 3xx. */
const redirected = 23;

/**
 * Causes that mean only that a channel ended. An AMI Hangup of a ringing channel leaves 0, or the cause in the action.
 */
const normalClearing = new Set([0, 16, 31]);

interface Decision {
  readonly leg: LegOutcome;
  readonly mapped: boolean;
}

/** The facts of an attempt, beside its evidence, that the outcome needs. */
export type OutcomeContext = Partial<Pick<AttemptPlan, 'legs'>>;

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
    // A failure without a name is no talk either.
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
  const leg = context.legs?.dial1;
  // Asterisk ends the channel itself at our time-out. It then reports the SIP code that it would send.
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
    // Our ring timeout ran out. A trunk that neither rang nor sent early media has rung no phone. A phone may ring
    // without a 180.
    return decision(leg === 'trunk' && !rang ? withoutAnAnswer(leg) : 'no_answer');
  }
  if (dial1Hangup !== undefined && !(evidence.cancelRequestedAt !== undefined && isOurOwnEnd(dial1Hangup))) {
    const { cause, sipCode } = dial1Hangup;
    const isForward = evidence.dial1ForwardedAt !== undefined && normalClearing.has(cause) && sipCode === undefined;
    const found = dispositionOf({ ...dial1Hangup, ...(isForward && { cause: redirected }), rang, leg });
    if (found !== undefined) return decision(found);
  }
  // We had requested the end, and the network reported no other reason: it was our own hang-up.
  if (evidence.cancelRequestedAt !== undefined && (dial1Hangup !== undefined || originateFailed !== undefined)) {
    return decision('canceled');
  }
  if (leg === 'dialplan' && originateFailed?.reason === 0 && normalClearing.has(dial1Hangup?.cause ?? -1)) {
    // A ring group or a queue gave up by itself, before our own time-out.
    return decision(rang ? 'no_answer' : 'unreachable');
  }
  if (originateFailed !== undefined) {
    const found = dispositionOfReason[originateFailed.reason];
    if (found !== undefined) return decision(found, dial1Hangup === undefined || normalClearing.has(dial1Hangup.cause));
    if (dial1Hangup !== undefined || originateFailed.reason !== 0) return decision('unknown', false);
    // Failure 0 without any channel event: not registered, unreachable or unknown endpoint (asterisk.md). A phone that
    // rang had a channel: its Hangup was missed, and the reason with it.
    return decision(rang ? 'unknown' : withoutAnAnswer(leg));
  }
  if (dial1Hangup !== undefined) return decision('unknown', false);
  if (evidence.pbxRestarted || evidence.gaveUpAt !== undefined) return decision('unknown');
  if (evidence.lostAt === undefined) return decision('unknown');
  return decision(evidence.cancelRequestedAt === undefined ? 'no_answer' : 'canceled');
}

type Ended = NonNullable<Evidence['dial1Hangup']>;

/**
 * Our own end of dial1, by hang-up or by time-out. 487 answers a CANCEL; an Asterisk without SIP codes reports 127 for
 * it. 21 without a SIP answer means a channel that was hung up before its INVITE was sent.
 */
function isOurOwnEnd({ cause, sipCode }: Ended): boolean {
  return sipCode === 487 || (sipCode === undefined && (cause === 21 || cause === 127));
}

/** 19 on Asterisk 22, 0 on 16.28. With Reason 3, all of these are our own time-out. */
function isOwnTimeout({ cause, sipCode }: Ended): boolean {
  return cause === 19 || sipCode === 487 || normalClearing.has(cause);
}

function answeredOutcome(evidence: Evidence, at: number, context: OutcomeContext): Outcome {
  const { leg: dial2, mapped } = dial2Decision(evidence, context);
  const { journalEnded } = evidence;
  const dial1Hangup = dial1HangupOf(evidence);
  const { talkMs, ...ends } = answeredEnds(evidence, at);
  // The journal's last entry usually comes before the Hangup, and has the same cause.
  const dial1Cause = dial1Hangup?.cause ?? journalEnded?.dial1Cause;
  const connected = dial2.disposition === 'answered';
  const neverEntered = evidence.neverEnteredAt !== undefined && journalEnded === undefined;
  const byUs = dial2.disposition === 'canceled' || (connected && isOurHangUp(evidence));
  return {
    disposition: dial2.disposition,
    connected,
    dial1: {
      disposition: 'answered',
      // There is no SIP code: of an answered leg it is 200, and any other would be Asterisk's translation of the cause.
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
 * For a call whose dial1 answered: when its last channel ended, when its talk ended, and whether one side was
 * transferred in between. Both instants of a difference are of one clock.
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
  // dial2 went on without a transfer: another channel had taken dial1's place, and the talk went on.
  if (transferred === undefined) return { ...ends, talkMs: talkMs + outlivedMs };
  if (transferred === 'dial2') return { ...ends, talkMs, transferredAt: dial1EndedAt };
  // One side was transferred before dial2 answered, at an unknown instant.
  if (journalEnded.dialStatus !== 'ANSWER') return { ...ends, talkMs };
  return { ...ends, talkMs, transferredAt: dial1EndedAt + Math.min(0, laterMs) };
}

/**
 * The PBX's clock, from which the journal has its instants, may differ from ours. The end is never before the answer
 * and never in the future.
 */
function answeredEndedAt({ journalEnded, dial1AnsweredAt }: Evidence, at: number): number {
  return Math.min(Math.max(journalEnded?.endedAt ?? at, dial1AnsweredAt ?? 0), at);
}

function dial2Decision(evidence: Evidence, context: OutcomeContext): Decision {
  const kind = context.legs?.dial2;
  const { journalEnded } = evidence;
  // Another phone may have picked the call up, or dial2 is one of several phones. The one that answered counts.
  const isOther = evidence.dial2Hangup?.uniqueId !== (journalEnded?.dial2UniqueId ?? evidence.dial2Hangup?.uniqueId);
  const dial2Hangup = isOther ? undefined : evidence.dial2Hangup;
  // The journal comes first: it exists whenever dial2 was tried, and dial2's Hangup may or may not have come before it.
  // How a talk ended is in dial2's Hangup alone: dial1's channel always has 16.
  const isTalk = journalEnded?.dialStatus === 'ANSWER';
  const [first, second] = [journalEnded?.dial2Cause, dial2Hangup?.cause];
  const cause = isTalk ? (second ?? first) : (first ?? second);
  const sipCode = journalEnded?.dial2SipCode ?? ownSipCode({ ...evidence, dial2Hangup });
  // dial2's channel was ended because dial1's had ended.
  const isGivenUp = journalEnded?.dialStatus === 'CANCEL' && first === undefined;
  const raw = {
    ...(cause !== undefined && cause !== 0 && !isGivenUp && { cause }),
    ...(sipCode !== undefined && { sipCode }),
    ...(journalEnded && { dialStatus: journalEnded.dialStatus }),
  };
  const decision = (disposition: Disposition, mapped = true): Decision => ({ leg: { disposition, ...raw }, mapped });

  if (journalEnded === undefined) {
    // dial1 answered, and the journal's last entry is missing: the talk may or may not have happened.
    if (evidence.neverEnteredAt === undefined) return decision('unknown');
    return decision(isOurHangUp(evidence) ? 'canceled' : 'dial1_hung_up');
  }
  const { dialStatus, dial1Cause } = journalEnded;
  if (dialStatus === 'ANSWER') return decision('answered');
  // dial1's channel ended while dial2 rang, or before. The person hung up, or Redial did.
  if (dialStatus === 'CANCEL' || dialStatus === '') {
    return decision(isOurHangUp(evidence) ? 'canceled' : 'dial1_hung_up');
  }
  const rang = (journalEnded.ringMs ?? 0) > 0;
  // 487 answers Dial's own CANCEL, and means nothing for the person.
  if (dialStatus === 'NOANSWER' && sipCode === 487) return decision('no_answer');
  if (kind !== undefined && kind !== 'dialplan' && isWithoutAnAnswer(journalEnded, sipCode, dial2Hangup?.cause)) {
    if (dialStatus === 'CHANUNAVAIL') return decision(withoutAnAnswer(kind));
    // Dial gave up before SIP's own time-out. A phone may be slow; a silent trunk has not answered at all.
    if (dialStatus === 'NOANSWER') return decision(kind === 'trunk' ? withoutAnAnswer(kind) : 'no_answer');
  }
  // dial1's channel repeats dial2's cause, for a PBX whose journal and events do not have dial2's own.
  const reported = [cause, dial1Cause].find((c) => c !== undefined && !normalClearing.has(c));
  const found = dispositionOf({ cause: reported ?? 0, sipCode, rang, leg: kind });
  if (found !== undefined) return decision(found);
  if (dialStatus === 'NOANSWER') return decision('no_answer');
  // A phone behind the dialplan rang, and the dialplan gave up without a cause.
  if (kind === 'dialplan' && reported === undefined && rang) return decision('no_answer');
  const byStatus = dispositionOfDialStatus[dialStatus];
  if (reported === undefined) return byStatus === undefined ? decision('unknown', false) : decision(byStatus);
  // A cause without a row. Two values of DIALSTATUS still help; CHANUNAVAIL stands for everything that Asterisk has no
  // value for.
  return decision(byStatus === undefined || dialStatus === 'CHANUNAVAIL' ? 'unknown' : byStatus, false);
}

/**
 * dial2's own SIP code, where the journal has none. Asterisk reports 408 for an INVITE without an answer: it counts as
 * none.
 */
function ownSipCode({ journalEnded, dial2Hangup }: Evidence): number | undefined {
  const { cause, sipCode } = dial2Hangup ?? {};
  return journalEnded !== undefined && cause === 18 && sipCode === 408 ? undefined : sipCode;
}

/** Asterisk reports 3 where it has no channel to ring: no contact, or no contact that qualify has found alive. */
const withoutChannel = new Set([...normalClearing, 3, 20]);

/** dial2 gave no answer at all: Asterisk had no channel for it, or nothing came back. */
function isWithoutAnAnswer(journal: JournalEnded, sipCode: number | undefined, ownCause: number | undefined): boolean {
  if (journal.dial2Spoke || journal.ringMs !== undefined || sipCode !== undefined) return false;
  return [journal.dial2Cause, ownCause, journal.dial1Cause].every(
    (one) => one === undefined || withoutChannel.has(one),
  );
}

/** Asterisk names no side for a hang-up by AMI. It names the phone that hung up itself a moment before the cancel. */
function isOurHangUp({ cancelRequestedAt, journalEnded }: Evidence): boolean {
  return cancelRequestedAt !== undefined && journalEnded?.endedBy === undefined;
}

/** The weakest evidence of dial2, used where no cause means more. DIALSTATUS is CHANUNAVAIL for 404 and 603 alike. */
const dispositionOfDialStatus: Readonly<Record<string, Disposition>> = {
  BUSY: 'busy',
  CONGESTION: 'congestion',
  CHANUNAVAIL: 'unreachable',
};
