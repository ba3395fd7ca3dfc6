import type { AttemptRecord } from '@redial/call';
import type { DialContext } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';

/**
 * Another run has claimed the attempt: an earlier one of this dialer, or another dialer's. It is watched, and never
 * originated again.
 */
export async function resume({ pbxs, pendingClaims }: DialContext, attempt: AttemptRecord): Promise<DialResult> {
  const resumed = (note: string): DialResult => ({ result: 'resumed', note });
  if (attempt.ended !== undefined) return resumed('already settled');
  // Two runs on one watch would keep the Originate from being sent.
  if (pendingClaims.has(attempt.claimedBy)) return resumed('another run of this dialer is about to originate it');
  const tracking = pbxs.get(attempt.pbx);
  if (tracking === undefined)
    return resumed(`its PBX ${attempt.pbx} is not configured here; the results process looks it up`);
  const { watch, reports, remember } = tracking;
  // A reconciliation finds less than is known here, and could be reported first.
  if (reports.isPending(attempt.id)) return resumed('its end is known here');
  // The watch ignores an attempt that it has already.
  watch.adopt(remember(attempt));
  return resumed(`resumed; dial1: ${await watch.dial1Outcome(attempt.id)}`);
}
