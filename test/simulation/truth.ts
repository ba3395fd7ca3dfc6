import type { AttemptPlan, Disposition, LegKind } from '@redial/call';

/** The answer of a network for a failed leg, before any process turns it into a disposition. */
export interface Failure {
  readonly cause: number;
  readonly sipCode?: number;
}

/** The real end of an attempt: what the phones and the network did, whichever process noticed it. */
export type AttemptEnd =
  /** dial1 never answered. `redial`: our own hang-up. */
  | {
      readonly type: 'dial1_failed';
      readonly by: 'network' | 'ring timeout' | 'no contact' | 'redial';
      readonly failure: Failure;
      readonly rang: boolean;
    }
  | {
      readonly type: 'dial2_failed';
      readonly by: 'network' | 'ring timeout';
      readonly failure: Failure;
      readonly rang: boolean;
    }
  /** dial1 answered and had gone before dial2 answered. */
  | { readonly type: 'dial1_left'; readonly by: 'dial1' | 'redial' }
  | { readonly type: 'talked'; readonly by: 'dial1' | 'dial2' | 'redial'; readonly talkMs: number };

/**
 * The table of docs/reference/dispositions.md, written a second time. If a row of the product changes, change it here
 * by hand.
 */
const rows: readonly (readonly [disposition: Disposition, causes: readonly number[], sipCodes: readonly number[]])[] = [
  ['no_answer', [19], []],
  ['busy', [17], [486, 600]],
  ['unreachable', [20], []],
  ['invalid_number', [1, 22, 28], [404, 410, 484]],
  ['not_allowed', [50, 52, 54, 57], []],
  ['no_route', [2, 3, 5], []],
  ['incompatible_media', [58, 65, 88], [488, 606]],
  ['congestion', [34, 38, 41, 42, 44], [503]],
];

/** The disposition that the CDR of such an attempt must have, if its end was received. */
export function dispositionOfEnd(end: AttemptEnd, legs: AttemptPlan['legs']): Disposition {
  switch (end.type) {
    case 'talked':
      return 'answered';
    case 'dial1_left':
      return end.by === 'redial' ? 'canceled' : 'dial1_hung_up';
    default:
      if (end.by === 'redial') return 'canceled';
      return dispositionOfFailure(end, legs?.[end.type === 'dial1_failed' ? 'dial1' : 'dial2']);
  }
}

type FailedLeg = Extract<AttemptEnd, { failure: Failure }>;

function dispositionOfFailure(
  { type, by, failure: { cause, sipCode = 0 }, rang }: FailedLeg,
  leg?: LegKind,
): Disposition {
  const silent = leg === 'trunk' ? 'congestion' : 'unreachable';
  // dial1 has not rung by then and gave no answer: a fault of a trunk, or perhaps a slow phone.
  if (by === 'ring timeout') return rang || type === 'dial2_failed' || leg !== 'trunk' ? 'no_answer' : silent;
  if (by === 'no contact') return silent;
  if (cause === 21) return [401, 407].includes(sipCode) ? 'trunk_auth' : 'rejected';
  if (cause === 18) return rang ? 'no_answer' : silent;
  if (cause === 27) return silent;
  const row = rows.find(([, causes, sipCodes]) => causes.includes(cause) || sipCodes.includes(sipCode));
  if (row === undefined) throw new RangeError(`cause ${cause} has no row in the world's table`);
  return row[0];
}
