import type { AttemptId, CallId, Ids } from '@redial/call';

/** Ids in the product's own form, numbered: those of two runs of one seed are the same. */
export function createNumberedIds(): Ids {
  let last = 0;
  const next = () => String(++last).padStart(26, '0');
  return { callId: () => `call_${next()}` as CallId, attemptId: () => `att_${next()}` as AttemptId };
}
