import type { AttemptRecord, Evidence, NotSentCode } from '@redial/call';
import type { DialContext } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';

/** Why no Originate follows a claim. */
export interface Obstacle {
  readonly code: NotSentCode;
  readonly why: string;
}

/** Reports the end of an attempt that this run has claimed and does not originate. */
export function notSent(
  { clock, logger, pbxs }: DialContext,
  { id: attemptId, callId, claimedBy, pbx }: AttemptRecord,
  { code, why }: Obstacle,
): DialResult {
  const at = clock.now();
  const message = `not sent: ${why}`;
  logger.warn({ callId, attemptId }, message);
  const canceled = code === 'canceled' && { cancelRequestedAt: at };
  const evidence: Evidence = { refused: { message, at, byUs: true, code }, ...canceled };
  pbxs.get(pbx)?.reports.add({ callId, attemptId, evidence, claimedBy });
  return { result: 'not_sent', note: message };
}
