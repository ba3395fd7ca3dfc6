import { type Problem, problem } from '@redial/dialects';

/** When a call of the tenant's ends is not known; that a client comes back soon does not help. */
export const retryAfterSeconds = 30;

/** `quotas.openCalls` of the tenant is used up. */
export function tooManyOpenCalls(detail?: string): Problem {
  return problem('too_many_open_calls', {
    headers: { 'Retry-After': String(retryAfterSeconds) },
    ...(detail !== undefined && { detail }),
  });
}
