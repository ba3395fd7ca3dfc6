import type { Call } from '@redial/call';
import { type HttpReply, jsonReply } from '../dialect.ts';
import { type Problem, problems } from '../shared/problem.ts';

/**
 * `call_ref` is Redial's own id for the call and comes back in its CDR, as does `contact_ref`. The vendor publishes no
 * answer.
 */
export function acceptedReply([call]: readonly Call[]): HttpReply {
  if (call === undefined) throw new TypeError('one request is one call');
  return jsonReply(200, { success: true, call_ref: call.id, contact_ref: call.reference });
}

/** Every error has this one shape; `errors` names the fields, in the vendor's words. */
export function refusedReply({ code, detail, errors = [], headers }: Problem): HttpReply {
  const { status, message } = problems[code];
  return jsonReply(status, { success: false, message: detail ?? message, errors }, headers);
}
