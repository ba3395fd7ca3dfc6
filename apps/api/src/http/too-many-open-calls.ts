import { type Problem, problem } from '@redial/dialects';

/** It is not known when a call of the tenant ends, so a client that retries sooner gains nothing. */
const retryAfterSeconds = 30;

/** `quotas.openCalls` of the tenant is used up. */
export function tooManyOpenCalls(detail?: string): Problem {
  return problem('too_many_open_calls', {
    headers: { 'Retry-After': String(retryAfterSeconds) },
    ...(detail !== undefined && { detail }),
  });
}
