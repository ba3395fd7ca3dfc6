/** Callee: the person or their phone. Uses up an attempt. */
export const calleeDispositions = ['no_answer', 'busy', 'rejected', 'unreachable', 'machine', 'dial1_hung_up'] as const;
/** Permanent: trying again cannot help. */
export const permanentDispositions = ['invalid_number', 'not_allowed', 'no_route', 'incompatible_media'] as const;
/** Network: our side or the carrier's. Uses up no attempt, but has a small budget of its own. */
export const networkDispositions = ['congestion', 'trunk_auth', 'pbx_error'] as const;
/**
 * How a leg or an attempt ended. disposition-table.ts and docs/reference/dispositions.md have the evidence and the
 * meaning.
 */
export const dispositions = [
  'answered',
  ...calleeDispositions,
  ...permanentDispositions,
  ...networkDispositions,
  'not_sent',
  'canceled',
  'unknown',
] as const;
export type Disposition = (typeof dispositions)[number];

export type DispositionClass = 'answered' | 'callee' | 'permanent' | 'network' | 'not_sent' | 'canceled' | 'unknown';

export function classOf(disposition: Disposition): DispositionClass {
  if ((calleeDispositions as readonly string[]).includes(disposition)) return 'callee';
  if ((permanentDispositions as readonly string[]).includes(disposition)) return 'permanent';
  if ((networkDispositions as readonly string[]).includes(disposition)) return 'network';
  // `not_sent`, `canceled` and `unknown` are classes of their own.
  return disposition as 'answered' | 'not_sent' | 'canceled' | 'unknown';
}
