import type { Evidence } from './evidence.ts';

/**
 * Why Redial itself did not send an Originate after the attempt had begun. No phone rang, and the network is not at
 * fault.
 *
 * late             too much time had passed since the claim
 * pbx_restarted    the PBX restarted since the claim
 * pbx_unavailable  the link to the PBX was gone, or too busy
 * unconfirmed      Redis did not confirm the claim
 * gate             a gate had closed meanwhile
 * invalid          no AMI action can express it
 * canceled         the call was canceled
 */
export const notSentCodes = [
  'late',
  'pbx_restarted',
  'pbx_unavailable',
  'unconfirmed',
  'gate',
  'invalid',
  'canceled',
] as const;
export type NotSentCode = (typeof notSentCodes)[number];

/** Undefined: the Originate was sent, or this version does not know the code. */
export function notSentCodeOf({ refused, cancelRequestedAt }: Evidence): NotSentCode | undefined {
  if (!refused?.byUs) return undefined;
  const known = notSentCodes.find((code) => code === refused.code);
  return known ?? (cancelRequestedAt === undefined ? undefined : 'canceled');
}
