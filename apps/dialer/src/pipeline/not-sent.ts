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
  { clock, logger, reportEnd }: DialContext,
  attempt: AttemptRecord,
  { code, why }: Obstacle,
): DialResult {
  const at = clock.now();
  const message = `not sent: ${why}`;
  logger.warn({ callId: attempt.callId, attemptId: attempt.id }, message);
  const evidence: Evidence = { refused: { message, at, byUs: true, code } };
  reportEnd(attempt, code === 'canceled' ? { ...evidence, cancelRequestedAt: at } : evidence);
  return { result: 'not_sent', note: message };
}
