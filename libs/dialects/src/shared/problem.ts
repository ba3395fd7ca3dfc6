import { type FieldError, firstErrors } from './field-error.ts';

/**
 * Every error that the API can answer with. `type` URIs are made from the code and are stable, so that a client may
 * compare them. `title` never changes for a code; `message` is the public explanation of a problem without a detail of
 * its own.
 */
export const problems = {
  malformed_body: { status: 400, title: 'Malformed body', message: 'The body is not valid JSON.' },
  malformed_request: { status: 400, title: 'Malformed request', message: 'The request cannot be understood.' },
  invalid_request: {
    status: 400,
    title: 'Invalid request',
    message: 'At least one field is wrong; nothing was accepted.',
  },
  invalid_idempotency_key: {
    status: 400,
    title: 'Invalid Idempotency-Key',
    message: 'Idempotency-Key must be 1 to 255 letters, digits and ._~:+/=-, bare or in double quotes.',
  },
  unauthenticated: {
    status: 401,
    title: 'Not authenticated',
    message: 'Send a valid API key: "Authorization: Bearer <key>" or "X-API-Key: <key>".',
  },
  forbidden: { status: 403, title: 'Forbidden', message: 'This request is not allowed.' },
  access_denied: { status: 403, title: 'Access denied', message: 'These credentials may not do this.' },
  not_found: { status: 404, title: 'Not found', message: 'There is nothing at this address.' },
  call_not_found: { status: 404, title: 'No such call', message: 'You have no call with this id.' },
  delivery_not_found: { status: 404, title: 'No such delivery', message: 'You have no delivery with this id.' },
  recording_not_found: { status: 404, title: 'No such recording', message: 'There is no recording of this call.' },
  method_not_allowed: {
    status: 405,
    title: 'Method not allowed',
    message: 'This address does not answer this method.',
  },
  idempotency_in_flight: {
    status: 409,
    title: 'First request still in flight',
    message: 'A request with this Idempotency-Key is being worked on. Ask again in a moment.',
  },
  call_ended: { status: 409, title: 'Call has ended', message: 'The call has ended and does not change any more.' },
  call_in_flight: {
    status: 409,
    title: 'Call is being dialled',
    message: 'The call is being dialled and cannot be moved.',
  },
  delivery_not_dead: {
    status: 409,
    title: 'Delivery is not dead',
    message: 'Only a delivery that was given up can be sent again.',
  },
  version_conflict: {
    status: 412,
    title: 'Call has changed',
    message: 'If-Match names another version than the newest. Read the call again.',
  },
  body_too_large: { status: 413, title: 'Body too large', message: 'The body is longer than this address takes.' },
  unsupported_media_type: {
    status: 415,
    title: 'Unsupported media type',
    message: 'This address takes another Content-Type.',
  },
  range_not_satisfiable: {
    status: 416,
    title: 'Range not satisfiable',
    message: 'The recording has none of the bytes that Range asks for.',
  },
  idempotency_mismatch: {
    status: 422,
    title: 'Idempotency-Key used with another body',
    message: 'This Idempotency-Key came before with another request.',
  },
  precondition_required: {
    status: 428,
    title: 'If-Match required',
    message: 'Send If-Match with the ETag of the call as you last read it.',
  },
  too_many_requests: { status: 429, title: 'Too many requests', message: 'You have used up your requests for now.' },
  too_many_open_calls: {
    status: 429,
    title: 'Too many open calls',
    message: 'You have as many calls that have not ended as you may have; nothing was accepted. Try again later.',
  },
  internal: { status: 500, title: 'Internal error', message: 'Something went wrong on our side. It has been logged.' },
  service_not_found: {
    status: 501,
    title: 'No such service',
    message: 'Requested service does not exist.',
  },
  storage_unavailable: {
    status: 503,
    title: 'Storage unavailable',
    message: 'The request could not be made durable; do not count it as accepted. Try again.',
  },
  pbx_unavailable: {
    status: 503,
    title: 'PBX unavailable',
    message: 'No PBX could be asked what this request needs to know; nothing was accepted. Try again.',
  },
  too_many_waiting: {
    status: 503,
    title: 'Too many are waiting',
    message: 'Too many requests wait for a call’s outcome; nothing was accepted. Try again.',
  },
} as const satisfies Readonly<Record<string, { status: number; title: string; message: string }>>;

export type ProblemCode = keyof typeof problems;

/** One refusal, before a dialect writes it in its own words. */
export interface Problem {
  readonly code: ProblemCode;
  readonly detail?: string;
  /** At most `errorsMax`; the last one states how many more there are. */
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

export function problem(code: ProblemCode, rest: Omit<Problem, 'code'> = {}): Problem {
  return { code, ...rest, ...(rest.errors && { errors: firstErrors(rest.errors) }) };
}

export function problemType(code: ProblemCode): string {
  return `urn:redial:problem:${code}`;
}
