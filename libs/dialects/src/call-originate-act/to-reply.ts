import { assertNever, type Call } from '@redial/call';
import { type HttpReply, jsonReply } from '../dialect.ts';
import type { FieldError } from '../shared/field-error.ts';
import { type Problem, type ProblemCode, problems } from '../shared/problem.ts';

/** Every answer of the vendor has these three fields. */
interface Answer {
  readonly success: 0 | 1;
  readonly message: string | null;
  readonly data: { readonly originated_call_id: string } | null;
}

export function acceptedReply([call]: readonly Call[]): HttpReply {
  if (call === undefined) throw new TypeError('one request is one call');
  const answer: Answer = { success: 1, message: null, data: { originated_call_id: call.reference } };
  return jsonReply(200, answer);
}

/** The vendor's status and text if it has one for the problem, else Redial's own. */
export function refusedReply({ code, detail, errors = [], headers }: Problem): HttpReply {
  const { status, message } = refusal(code, detail, errors);
  const answer: Answer = { success: 0, message, data: null };
  return jsonReply(status, answer, headers);
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

const unreadable: Refusal = { status: 400, message: 'Unable to parse content' };
const noService: Refusal = { status: 501, message: 'Requested service does not exist' };

function refusal(code: ProblemCode, detail: string | undefined, errors: readonly FieldError[]): Refusal {
  const { status, message } = problems[code];
  switch (code) {
    case 'malformed_body':
    case 'malformed_request':
      return unreadable;
    case 'invalid_request':
      return isOfTheBody(errors) ? unreadable : { status: 200, message: errors.map(inItsWords).join('; ') };
    case 'unauthenticated':
      return { status, message: 'BasicAuth or ApiKey is missing/invalid' };
    case 'access_denied':
    case 'forbidden':
      return { status, message: detail ?? 'call/originate/act;Access denied' };
    case 'not_found':
    case 'service_not_found':
      return noService;
    case 'method_not_allowed':
      return { status, message: 'Method not allowed' };
    case 'unsupported_media_type':
      return { status, message: ['Unsupported media type', ...errors.map(inItsWords)].join(': ') };
    case 'internal':
      // The vendor's clients read the body only of a 200.
      return { status: 200, message: 'Requested operation failed' };
    case 'body_too_large':
    case 'too_many_requests':
    case 'too_many_open_calls':
    case 'storage_unavailable':
    case 'pbx_unavailable':
    case 'too_many_waiting':
      return { status, message };
    // Problems of addresses and headers that the vendor does not have.
    case 'invalid_idempotency_key':
    case 'call_not_found':
    case 'delivery_not_found':
    case 'recording_not_found':
    case 'range_not_satisfiable':
    case 'idempotency_in_flight':
    case 'call_ended':
    case 'call_in_flight':
    case 'delivery_not_dead':
    case 'version_conflict':
    case 'idempotency_mismatch':
    case 'precondition_required':
      return { status, message: detail ?? message };
    default:
      return assertNever(code);
  }
}

/** The error of a body that is not an object names no field. */
function isOfTheBody([first, ...others]: readonly FieldError[]): boolean {
  return first === undefined || (first.field === '' && others.length === 0);
}

/** `Field 'caller':value is missing`, as the vendor writes it. */
function inItsWords({ field, message }: FieldError): string {
  return field === '' ? message : `Field '${field}':${message}`;
}
