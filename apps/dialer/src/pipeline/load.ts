import { type AttemptId, type Call, isPlanned } from '@redial/call';
import type { DialJob } from '@redial/queue';
import type { Versioned } from '@redial/store';
import type { ClaimedAttempt, DialContext, JobRun } from './dial-context.ts';
import type { DialResult } from './dial-result.ts';
import { resume } from './resume.ts';

/** A call whose attempt is planned and not claimed. */
export interface LoadedCall {
  readonly call: Versioned<Call>;
  readonly attemptId: AttemptId;
  readonly attemptNumber: number;
  readonly dueAt: number;
}

/**
 * Reads both records. They show whether the attempt is still to be dialled, is this run's own claim, or belongs to
 * another run.
 */
export async function load(
  context: DialContext,
  job: DialJob,
  run: JobRun,
): Promise<LoadedCall | { readonly ownClaim: ClaimedAttempt } | DialResult> {
  const { call, attempt } = await context.store.readForAttempt(job.callId, job.attemptId);
  if (attempt !== undefined) {
    // The answer to this run's claim was lost on its way. So nothing has followed the claim yet.
    const order = run.claims.get(attempt.value.claimedBy);
    const isOwn = order !== undefined && attempt.value.ended === undefined && call !== undefined;
    return isOwn ? { ownClaim: { call: call.value, attempt: attempt.value, order } } : resume(context, attempt.value);
  }
  if (call === undefined) return { result: 'nothing_to_dial', note: 'no such call' };
  const { state } = call.value;
  if (!isPlanned(state) || state.attemptId !== job.attemptId)
    return { result: 'nothing_to_dial', note: `nothing to dial: the call is ${state.status}` };
  const { attemptId, attemptNumber, dueAt } = state;
  return { call, attemptId, attemptNumber, dueAt };
}
