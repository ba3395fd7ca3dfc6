import type { Disposition } from './disposition.ts';

/** What a leg is rung through: a phone of the PBX, a carrier's trunk, or the PBX's own dialplan (a Local channel). */
export const legKinds = ['extension', 'trunk', 'dialplan'] as const;
export type LegKind = (typeof legKinds)[number];

/** The last answer, from the network or from Asterisk in its place, of a leg that did not answer. */
export interface FinalAnswer {
  /** The Q.850 cause, as Asterisk reports it. */
  readonly cause: number;
  /**
   * Absent where no SIP answer is known: Asterisk before 20 does not report dial1's, and other technologies have none.
   */
  readonly sipCode?: number | undefined;
  readonly rang: boolean;
  readonly leg?: LegKind | undefined;
}

/**
 * The words that depend on more than the code:
 * `away`: no_answer after ringing, else unreachable.
 * `timed out`: no_answer after ringing; else congestion of a trunk, unreachable of a phone.
 * `out of order`: congestion of a trunk, unreachable of a phone.
 */
type Word = Disposition | 'away' | 'timed out' | 'out of order';

/**
 * Every SIP final answer of IANA's registry (sip-parameters, Response Codes). Without a note, the word follows the
 * Q.850 cause of RFC 3398 §7.2.4.1. Causes 41, 63, 79 and 127 are faults between us and the carrier: a later request
 * may succeed.
 */
const wordOfSipCode: Readonly<Record<number, Word>> = {
  // The phone is forwarded, and Redial does not follow. Later the forward may be off.
  300: 'unreachable',
  301: 'unreachable',
  302: 'unreachable',
  305: 'unreachable',
  380: 'unreachable',
  400: 'congestion',
  401: 'trunk_auth',
  // The carrier demands payment for the account, whatever the number.
  402: 'trunk_auth',
  403: 'not_allowed',
  404: 'invalid_number',
  405: 'congestion',
  406: 'incompatible_media',
  407: 'trunk_auth',
  // A proxy's own time-out. A call that rang until then was not answered. RFC 3398 has 102.
  408: 'timed out',
  410: 'invalid_number',
  412: 'congestion',
  413: 'congestion',
  414: 'congestion',
  415: 'incompatible_media',
  416: 'congestion',
  417: 'congestion',
  420: 'congestion',
  421: 'congestion',
  422: 'congestion',
  423: 'congestion',
  424: 'congestion',
  425: 'congestion',
  // Our identity is not proven to them, as with 401 (RFC 8224).
  428: 'trunk_auth',
  429: 'trunk_auth',
  // The path to the registered phone is broken (RFC 5626).
  430: 'unreachable',
  // The called party refuses calls without a caller ID (RFC 5079). The next call would have none either.
  433: 'not_allowed',
  436: 'trunk_auth',
  437: 'trunk_auth',
  438: 'trunk_auth',
  439: 'congestion',
  // As 483: the network forked the call too often.
  440: 'congestion',
  469: 'congestion',
  // The person has not consented to calls (RFC 5360).
  470: 'not_allowed',
  480: 'away',
  481: 'congestion',
  // A loop, and too many hops: the fault is in the network's routes, not in the number. RFC 3398 has 25.
  482: 'congestion',
  483: 'congestion',
  484: 'invalid_number',
  // Ambiguous: the number fits several people. RFC 3398 has 1.
  485: 'invalid_number',
  486: 'busy',
  // A host between us and the phone ended the call, such as a proxy after its own time-out. Our own CANCEL was handled
  // before.
  487: 'away',
  488: 'incompatible_media',
  489: 'congestion',
  491: 'congestion',
  // The phone has no key for the body.
  493: 'incompatible_media',
  // The proxy first requires an agreement on security (RFC 3329), as with 407.
  494: 'trunk_auth',
  500: 'congestion',
  501: 'congestion',
  502: 'congestion',
  503: 'congestion',
  504: 'congestion',
  505: 'congestion',
  513: 'congestion',
  // The phone sleeps, and its proxy cannot wake it (RFC 8599).
  555: 'congestion',
  580: 'congestion',
  600: 'busy',
  603: 'rejected',
  604: 'invalid_number',
  606: 'incompatible_media',
  // The person, or their filter, has marked the call as unwanted (RFC 8197, 8688). Redial does not ring them again.
  607: 'not_allowed',
  608: 'not_allowed',
};

/** RFC 3261 §8.1.3.2: an unknown code counts as the x00 of its class. */
function wordOfClass(sipCode: number): Word | undefined {
  return sipCode < 300 ? undefined : wordOfSipCode[Math.floor(sipCode / 100) * 100];
}

/** Q.850's causes, and Asterisk's own in between. 0, 16 and 31 mean only that a channel ended, and have no word. */
const wordOfCause: Readonly<Record<number, Word>> = {
  1: 'invalid_number',
  2: 'no_route',
  3: 'no_route',
  4: 'unreachable',
  5: 'no_route',
  6: 'congestion',
  8: 'congestion',
  9: 'congestion',
  14: 'no_route',
  17: 'busy',
  18: 'timed out',
  19: 'no_answer',
  20: 'unreachable',
  21: 'rejected',
  22: 'invalid_number',
  // Asterisk's cause for 302.
  23: 'unreachable',
  24: 'rejected',
  25: 'congestion',
  // Another of the phones that rang has answered.
  26: 'no_answer',
  // Asterisk's cause for 502.
  27: 'out of order',
  28: 'invalid_number',
  // Asterisk's cause for 501.
  29: 'congestion',
  50: 'not_allowed',
  52: 'not_allowed',
  53: 'not_allowed',
  54: 'not_allowed',
  55: 'not_allowed',
  57: 'not_allowed',
  58: 'incompatible_media',
  62: 'not_allowed',
  65: 'incompatible_media',
  // Asterisk has no driver for the channel's technology.
  66: 'pbx_error',
  69: 'incompatible_media',
  70: 'incompatible_media',
  79: 'incompatible_media',
  87: 'not_allowed',
  88: 'incompatible_media',
  90: 'not_allowed',
  91: 'no_route',
};

/**
 * Q.850 §2.2.5: an unknown cause counts as the last of its class. Classes 2 and 3 mean a shortage, 5 to 7 a fault of
 * the protocol.
 */
function wordOfCauseClass(cause: number): Word | undefined {
  return cause >= 32 && cause <= 127 ? 'congestion' : undefined;
}

/**
 * The one table: by SIP code, then by its class, then by cause. Undefined where the answer means only that the channel
 * ended. A 2xx is no failure: its cause decides.
 */
export function dispositionOf({ cause, sipCode, rang, leg }: FinalAnswer): Disposition | undefined {
  const bySip = sipCode === undefined ? undefined : (wordOfSipCode[sipCode] ?? wordOfClass(sipCode));
  // A phone behind the dialplan is not registered at the moment. Of a trunk, 3 is a number without a route.
  const byCause = leg === 'dialplan' && cause === 3 ? 'unreachable' : (wordOfCause[cause] ?? wordOfCauseClass(cause));
  return dispositionFor(bySip ?? byCause, rang, leg);
}

function dispositionFor(word: Word | undefined, rang: boolean, leg: LegKind | undefined): Disposition | undefined {
  switch (word) {
    case 'away':
      return rang ? 'no_answer' : 'unreachable';
    case 'timed out':
      return rang ? 'no_answer' : withoutAnAnswer(leg);
    case 'out of order':
      return withoutAnAnswer(leg);
    default:
      return word;
  }
}

/**
 * No answer came from the other end, or Asterisk had no channel for it. A trunk that is down or silent is the network's
 * fault, and uses up no retry. A phone that is not registered, or does not answer, is its owner's.
 */
export function withoutAnAnswer(leg: LegKind | undefined): Disposition {
  return leg === 'trunk' ? 'congestion' : 'unreachable';
}
