import { assertNever, type Cdr, type CdrLeg, type Disposition } from '@redial/call';

export const endReasons = [
  'callee_hungup',
  'agent_hungup',
  'hungup',
  'voicemail',
  'busy',
  'reject',
  'timeout',
  'error',
  'failed',
] as const;
export type EndReason = (typeof endReasons)[number];

interface EndOfCall {
  readonly end_reason: EndReason;
  /** A Q.850 cause: the raw one if the vendor lists it under this reason, else the reason's first. */
  readonly end_code: number;
}

/**
 * The vendor's words for how a call ended, from Redial's outcome and never from the code alone. Asterisk gives 19
 * ("reject" in the vendor's table) to its own ring timeout. Codes by reason: the vendor's page Dispositions.
 */
export function endOfCall(cdr: Cdr): EndOfCall {
  const raw = decidingLeg(cdr).cause;
  const oneOf = (end_reason: EndReason, codes: readonly [number, ...number[]]): EndOfCall => ({
    end_reason,
    end_code: raw !== undefined && codes.includes(raw) ? raw : codes[0],
  });
  switch (cdr.disposition) {
    case 'answered':
      return oneOf(hungUpBy[cdr.endedBy ?? 'redial'], [16, 0]);
    case 'machine':
      return oneOf('voicemail', [16, 0]);
    case 'dial1_hung_up':
      return oneOf('agent_hungup', [16, 0]);
    case 'canceled':
      return oneOf('hungup', [16, 0]);
    case 'busy':
      return oneOf('busy', [17]);
    case 'rejected':
      return oneOf('reject', [21, 22]);
    case 'no_answer':
      return oneOf('timeout', [102, 18]);
    case 'unreachable':
      // The call was neither taken nor refused; but a phone that is away or unknown is not a timeout.
      return raw === 18 || raw === 19
        ? oneOf('timeout', [18])
        : { end_reason: 'error', end_code: raw ?? errorCode.unreachable };
    case 'invalid_number':
      return oneOf('error', [28]);
    case 'not_sent':
      return cdr.notSentCode === 'canceled' ? oneOf('hungup', [16, 0]) : { end_reason: 'failed', end_code: 0 };
    case 'pbx_error':
    case 'unknown':
      return { end_reason: 'failed', end_code: raw ?? 0 };
    case 'congestion':
    case 'trunk_auth':
    case 'not_allowed':
    case 'no_route':
    case 'incompatible_media':
      return { end_reason: 'error', end_code: raw ?? errorCode[cdr.disposition] };
    default:
      return assertNever(cdr.disposition);
  }
}

const hungUpBy = { dial1: 'agent_hungup', dial2: 'callee_hungup', redial: 'hungup' } as const satisfies Record<
  string,
  EndReason
>;

/** For calls without a cause. */
const errorCode = {
  congestion: 34,
  trunk_auth: 21,
  not_allowed: 57,
  no_route: 3,
  incompatible_media: 88,
  unreachable: 20,
} as const satisfies Partial<Record<Disposition, number>>;

/** The leg whose end ended the attempt. */
function decidingLeg(cdr: Cdr): CdrLeg {
  return cdr.dial2.disposition === 'not_dialed' ? cdr.dial1 : cdr.dial2;
}
