import type { Dial1Outcome } from '@redial/call';

/** The vendor's four words for a dial1 that did not answer. */
export type Reason = 'No answer' | 'Busy' | 'Not connected' | 'Unreachable';

type Why = Extract<Dial1Outcome, { type: 'failed' }>['why'];

/** How dial1's leg ended, or how a call ended that was never dialled → the vendor's word. */
export function reasonOf(why: Why): Reason {
  return reasons[why];
}

/**
 * `Unreachable`: there is no phone, or no route to it. `Not connected`: the phone refused, or the call could not or
 * must not be placed. The last two rows only complete the table: a dial1 that answered has not failed.
 */
const reasons = {
  no_answer: 'No answer',
  machine: 'No answer',
  busy: 'Busy',
  unreachable: 'Unreachable',
  invalid_number: 'Unreachable',
  no_route: 'Unreachable',
  rejected: 'Not connected',
  dial1_hung_up: 'Not connected',
  not_allowed: 'Not connected',
  incompatible_media: 'Not connected',
  congestion: 'Not connected',
  trunk_auth: 'Not connected',
  pbx_error: 'Not connected',
  not_sent: 'Not connected',
  canceled: 'Not connected',
  unknown: 'Not connected',
  expired: 'Not connected',
  blocked: 'Not connected',
  failed: 'Not connected',
  exhausted: 'Not connected',
  completed: 'Not connected',
  answered: 'Not connected',
} as const satisfies Readonly<Record<Why, Reason>>;
