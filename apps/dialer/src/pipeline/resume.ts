import type { AttemptRecord } from '@redial/call';
import type { DialContext } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';

/** Another run has claimed the attempt: an earlier one of this dialer, or another dialer's. It is watched, and never originated again. */
export async function resume(
  { pbxs, remember, isReportPending, pendingClaims }: DialContext,
  attempt: AttemptRecord,
): Promise<DialResult> {
  const resumed = (note: string): DialResult => ({ result: 'resumed', note });
  if (attempt.ended !== undefined) return resumed('already settled');
  // Two runs on one watch would keep the Originate from being sent.
  if (pendingClaims.has(attempt.claimedBy ?? '')) return resumed('another run of this dialer is about to originate it');
  // A reconciliation finds less than is known here, and could be reported first.
  if (isReportPending(attempt.id)) return resumed('its end is known here');
  const watched = pbxs.get(attempt.pbx);
  if (watched === undefined)
    return resumed(`its PBX ${attempt.pbx} is not configured here; the results process looks it up`);
  const { watch } = watched;
  remember(attempt);
  if (!watch.has(attempt.id)) watch.adopt({ ...attempt, attemptId: attempt.id, pbxStartedAt: attempt.pbxStartedAt });
  return resumed(`resumed; dial1: ${await watch.dial1Outcome(attempt.id)}`);
}
