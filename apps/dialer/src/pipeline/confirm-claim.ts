import { keepTrying } from '@redial/platform';
import type { ClaimedAttempt, DialContext } from './dial-context.ts';
import { type DialResult, readAgain } from './dial-result.ts';
import { notSent } from './report-not-sent.ts';

/**
 * Waits until the claim is as durable as is required. Undefined: it is. Otherwise no Originate follows it.
 *
 * Redis may have forgotten an unconfirmed claim by now, and another run may have claimed the attempt since. Then its
 * end is not this run's to report, and the record shows that.
 */
export async function confirmClaim(
  context: DialContext,
  { attempt, permits }: ClaimedAttempt,
): Promise<DialResult | undefined> {
  const { store, stopping, confirmations } = context;
  if (await confirmations.ofClaim(attempt)) return undefined;
  const found = await keepTrying(() => store.readAttempt(attempt.id), {
    signal: stopping,
    maxDelayMs: 500,
    onError: () => undefined,
  });
  const isOwn = found !== undefined && found.value.claimedBy === attempt.claimedBy && found.value.ended === undefined;
  if (isOwn) return notSent(context, attempt, { code: 'unconfirmed', why: 'Redis did not confirm its claim' });
  if (permits !== undefined) permits.areClaimed = false;
  return readAgain('Redis has forgotten the claim');
}
