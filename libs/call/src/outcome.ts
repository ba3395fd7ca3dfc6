import { z } from 'zod';
import type { AttemptPlan } from './attempt-state.ts';
import { type Disposition, dispositions } from './disposition.ts';
import type { Evidence } from './evidence.ts';

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
  /** Both sides talked. Answered is not connected: dial1 may answer and dial2 not. */
  connected: z.boolean(),
  dial1: LegOutcome,
  /** Null when dial1 never answered, so that dial2 was never tried. */
  dial2: LegOutcome.nullable(),
  /** Null where nobody can know it. */
  talkMs: z.int().nonnegative().nullable(),
  endedBy: z.enum(['dial1', 'dial2', 'redial']).nullable(),
  endedAt: z.int().nonnegative(),
  /** Concluded from silence: no witness knew the attempt. */
  lost: z.boolean(),
  /** False where a cause or status was not in the table: logged and counted, so that the table can learn it. */
  mapped: z.boolean(),
});
export type Outcome = z.infer<typeof Outcome>;

/** Q.850 causes that mean the same wherever they come from. 18, 19 and 21 depend on what else was seen. */
const dispositionOfCause: Readonly<Record<number, Disposition>> = {
  1: 'invalid_number',
  2: 'no_route',
  3: 'no_route',
  5: 'no_route',
  17: 'busy',
  20: 'unreachable',
  22: 'invalid_number',
  27: 'unreachable',
  28: 'invalid_number',
  34: 'congestion',
  38: 'congestion',
  41: 'congestion',
  42: 'congestion',
  44: 'congestion',
  50: 'not_allowed',
  52: 'not_allowed',
  54: 'not_allowed',
  57: 'not_allowed',
  58: 'incompatible_media',
  65: 'incompatible_media',
  88: 'incompatible_media',
};

/** SIP answers that say more than the cause Asterisk makes of them (res/res_pjsip/…hangup_sip2cause). */
const dispositionOfSipCode: Readonly<Record<number, Disposition>> = {
  401: 'trunk_auth',
  403: 'not_allowed',
  404: 'invalid_number',
  407: 'trunk_auth',
  410: 'invalid_number',
  480: 'unreachable',
  484: 'invalid_number',
  486: 'busy',
  488: 'incompatible_media',
  503: 'congestion',
  600: 'busy',
  603: 'rejected',
  606: 'incompatible_media',
};

/**
 * OriginateResponse's Reason, the weakest word on dial1 (main/pbx.c pbx_dial_reason): used where no cause says more. 3, a
 * time-out, has rules of its own; 0 is every other failure, and without any channel event it means not dialable (asterisk.md).
 */
const dispositionOfReason: Readonly<Record<number, Disposition>> = { 5: 'busy', 8: 'congestion' };

/** Causes that say no more than that a channel ended. An AMI Hangup of a ringing channel leaves 0, or the cause that it named. */
const normalClearing = new Set([0, 16, 31]);

interface CauseFacts {
  readonly cause: number;
  readonly sipCode?: number | undefined;
  readonly rang: boolean;
  /** The leg is a Local channel, so that its cause is what a dialplan made of others'. */
  readonly throughDialplan?: boolean | undefined;
}

/** Cause (with its SIP code and whether the phone rang) → disposition; undefined where the table has no row. */
export function dispositionOf({ cause, sipCode, rang, throughDialplan }: CauseFacts): Disposition | undefined {
  if (sipCode !== undefined) {
    const bySip = dispositionOfSipCode[sipCode];
    // 480 after ringing is a person who let it ring; without, a phone that is away.
    if (bySip === 'unreachable') return rang ? 'no_answer' : 'unreachable';
    if (bySip !== undefined) return bySip;
  }
  if (cause === 19) return 'no_answer';
  if (cause === 18) return rang ? 'no_answer' : 'unreachable';
  if (cause === 21) return 'rejected';
  // A phone behind it that is not registered just now; of a trunk, 3 is a number without a way.
  if (throughDialplan && cause === 3) return 'unreachable';
  return dispositionOfCause[cause];
}

interface Verdict {
  readonly leg: LegOutcome;
  readonly mapped: boolean;
}

/** What is known of an attempt beside what was seen of it. */
export type OutcomeContext = Pick<AttemptPlan, 'throughDialplan'>;

/**
 * All evidence of one attempt → its outcome. Total, pure, and independent of the order in which the evidence came.
 * Strongest first: Hangup's cause and SIP code, then DIALSTATUS, then OriginateResponse's Reason.
 */
export function outcomeOf(evidence: Evidence, at: number, context: OutcomeContext = {}): Outcome {
  if (dial1Answered(evidence)) return answeredOutcome(evidence, at, context);
  const { leg, mapped } = dial1Verdict(evidence, context);
  return {
    disposition: leg.disposition,
    connected: false,
    dial1: leg,
    dial2: null,
    // A failure that we cannot name is no talk all the same.
    talkMs: leg.disposition === 'unknown' && evidence.originateFailed === undefined ? null : 0,
    endedBy: leg.disposition === 'canceled' ? 'redial' : null,
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

function dial1Verdict(evidence: Evidence, { throughDialplan }: OutcomeContext): Verdict {
  const { dial1Hangup, originateFailed, refused } = evidence;
  const raw = {
    ...(dial1Hangup && { cause: dial1Hangup.cause }),
    ...(dial1Hangup?.sipCode !== undefined && { sipCode: dial1Hangup.sipCode }),
    ...(originateFailed && { reason: originateFailed.reason }),
  };
  const verdict = (disposition: Disposition, mapped = true): Verdict => ({ leg: { disposition, ...raw }, mapped });
  const rang = evidence.rangAt !== undefined || dial1Hangup?.rang === true;

  // Nobody but us has ended it, and the end had been asked for.
  if (refused?.byUs && evidence.cancelRequestedAt !== undefined) return verdict('canceled');
  if (refused !== undefined) return verdict('pbx_error');
  if (originateFailed?.reason === 3 && (dial1Hangup === undefined || isOwnTimeout(dial1Hangup.cause))) {
    // Our ring timeout ran out. Whether a phone rang cannot be told from a missing 180: carriers send 183 and music instead.
    return verdict('no_answer');
  }
  if (dial1Hangup !== undefined && !(evidence.cancelRequestedAt !== undefined && isBareRejection(dial1Hangup))) {
    const found = dispositionOf({ ...dial1Hangup, rang, throughDialplan });
    if (found !== undefined) return verdict(found);
  }
  // The network has not said why it ended, and we had asked for the end: it was our own hang-up.
  if (evidence.cancelRequestedAt !== undefined && (dial1Hangup !== undefined || originateFailed !== undefined)) {
    return verdict('canceled');
  }
  if (throughDialplan && originateFailed?.reason === 0 && normalClearing.has(dial1Hangup?.cause ?? -1)) {
    // A ring group or a queue that gave up by itself, before our own time was over.
    return verdict(rang ? 'no_answer' : 'unreachable');
  }
  if (originateFailed !== undefined) {
    const found = dispositionOfReason[originateFailed.reason];
    if (found !== undefined) return verdict(found, dial1Hangup === undefined || normalClearing.has(dial1Hangup.cause));
    if (dial1Hangup !== undefined || originateFailed.reason !== 0) return verdict('unknown', false);
    // Failure 0 without any channel event: not registered, unreachable or unknown endpoint (asterisk.md). A phone that rang
    // had a channel: its Hangup was missed, and with it the truth.
    return verdict(rang ? 'unknown' : 'unreachable');
  }
  if (dial1Hangup !== undefined) return verdict('unknown', false);
  if (evidence.pbxRestarted || evidence.gaveUpAt !== undefined) return verdict('unknown');
  if (evidence.lostAt === undefined) return verdict('unknown');
  return verdict(evidence.cancelRequestedAt === undefined ? 'no_answer' : 'canceled');
}

/** 21 without a SIP answer: what Asterisk says of a channel that is hung up before its INVITE is out. */
function isBareRejection({
  cause,
  sipCode,
}: {
  readonly cause: number;
  readonly sipCode?: number | undefined;
}): boolean {
  return cause === 21 && sipCode === undefined;
}

/** 19 on Asterisk 22, 0 on 16.28; with Reason 3 all of these are our Timeout running out. */
function isOwnTimeout(cause: number): boolean {
  return cause === 19 || normalClearing.has(cause);
}

function answeredOutcome(evidence: Evidence, at: number, context: OutcomeContext): Outcome {
  const { leg: dial2, mapped } = dial2Verdict(evidence, context);
  const { journalEnded, dial1Hangup } = evidence;
  // The journal's last word mostly comes before the Hangup, and has the same cause.
  const dial1Cause = dial1Hangup?.cause ?? journalEnded?.dial1Cause;
  const connected = dial2.disposition === 'answered';
  const byUs = dial2.disposition === 'canceled' || (connected && isOurHangUp(evidence));
  return {
    disposition: dial2.disposition,
    connected,
    dial1: {
      disposition: 'answered',
      ...(dial1Cause !== undefined && { cause: dial1Cause }),
      ...(dial1Hangup?.sipCode !== undefined && { sipCode: dial1Hangup.sipCode }),
    },
    dial2,
    talkMs: journalEnded === undefined ? null : connected ? journalEnded.talkMs : 0,
    endedBy: byUs ? 'redial' : (journalEnded?.endedBy ?? null),
    endedAt: dial1Hangup?.at ?? answeredEndedAt(evidence, at),
    lost: false,
    mapped,
  };
}

/** The journal's instants are the PBX's clock's, which may run ahead of ours or behind: no end before the answer, none in the future. */
function answeredEndedAt({ journalEnded, dial1AnsweredAt }: Evidence, at: number): number {
  return Math.min(Math.max(journalEnded?.endedAt ?? at, dial1AnsweredAt ?? 0), at);
}

function dial2Verdict(evidence: Evidence, { throughDialplan }: OutcomeContext): Verdict {
  const { journalEnded, dial2Hangup } = evidence;
  // The journal first: it is there whenever dial2 was tried, and dial2's Hangup may or may not have come before it.
  const cause = journalEnded?.dial2Cause ?? dial2Hangup?.cause;
  const sipCode = journalEnded?.dial2SipCode ?? dial2Hangup?.sipCode;
  const raw = {
    ...(cause !== undefined && { cause }),
    ...(sipCode !== undefined && { sipCode }),
    ...(journalEnded && { dialStatus: journalEnded.dialStatus }),
  };
  const verdict = (disposition: Disposition, mapped = true): Verdict => ({ leg: { disposition, ...raw }, mapped });

  // dial1 answered and the journal's last entry is missing: the talk may or may not have happened.
  if (journalEnded === undefined) return verdict('unknown');
  const { dialStatus, dial1Cause } = journalEnded;
  if (dialStatus === 'ANSWER') return verdict('answered');
  // dial1's channel ended while dial2 rang, or before: by the person's hand, or by ours.
  if (dialStatus === 'CANCEL' || dialStatus === '') {
    return verdict(isOurHangUp(evidence) ? 'canceled' : 'abandoned');
  }
  const rang = (journalEnded.ringMs ?? 0) > 0;
  // dial1's channel repeats dial2's cause, for a PBX whose journal and events keep dial2's own to themselves.
  const said = [cause, dial1Cause].find((c) => c !== undefined && !normalClearing.has(c));
  const found = dispositionOf({ cause: said ?? 0, sipCode, rang, throughDialplan });
  if (found !== undefined) return verdict(found);
  if (dialStatus === 'NOANSWER') return verdict('no_answer');
  // What is behind it rang, and the dialplan there gave up without a word.
  if (throughDialplan && said === undefined && rang) return verdict('no_answer');
  const byStatus = dispositionOfDialStatus[dialStatus];
  if (said === undefined) return byStatus === undefined ? verdict('unknown', false) : verdict(byStatus);
  // A cause without a row. DIALSTATUS still knows two words; CHANUNAVAIL is what Asterisk says of all that it cannot place.
  return verdict(byStatus === undefined || dialStatus === 'CHANUNAVAIL' ? 'unknown' : byStatus, false);
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
