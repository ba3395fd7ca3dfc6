import type { AttemptId, CallId, Ids } from '@redial/call';

/** Ids in the product's own form, numbered: two runs of one seed have the same ids. */
export function createNumberedIds(): Ids {
  let last = 0;
  const next = () => String(++last).padStart(26, '0');
  return { callId: () => `call_${next()}` as CallId, attemptId: () => `att_${next()}` as AttemptId };
}
