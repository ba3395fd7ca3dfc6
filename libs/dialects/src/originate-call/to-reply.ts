import type { Call, Dial1Outcome, Disposition, EndedCallStatus } from '@redial/call';
import { type HttpReply, jsonReply, type RawInput } from '../dialect.ts';
import type { FieldError } from '../shared/field-error.ts';
import { type Problem, problems } from '../shared/problem.ts';
import { unknownDestination } from './destination.ts';
import { isPhpArray } from './php/php-value.ts';
import { readParams } from './read-params.ts';
import { fieldsOf } from './schema.ts';

/** async=1: the call is accepted. */
export function acceptedReply(_calls: readonly Call[], input: unknown): HttpReply {
  return succeeded(input);
}

/** async=0: dial1's outcome. */
export function outcomeReply([outcome]: readonly Dial1Outcome[], _calls: readonly Call[], input: unknown): HttpReply {
  if (outcome === undefined) throw new TypeError('one request is one call');
  switch (outcome.type) {
    case 'answered':
      return succeeded(input);
    case 'failed':
      return failed(200, [whyDial1Failed[outcome.why]]);
    case 'pending':
      return failed(503, ['The outcome is not known yet, and the call goes on']);
  }
}

/** An error of a field begins with the field's name; the vendor's own sentences have none. */
export function refusedReply({ code, detail, errors = [], headers }: Problem): HttpReply {
  const { status, message } = problems[code];
  return failed(status, errors.length > 0 ? errors.map(sentence) : [detail ?? message], headers);
}

/** How dial1's leg ended, or how a call ended that never rang it. */
export const whyDial1Failed: Readonly<Record<Disposition | EndedCallStatus, string>> = {
  no_answer: 'No answer',
  busy: 'Busy',
  rejected: 'Rejected',
  unreachable: 'Not reachable. Check if the phone is registered',
  machine: 'A machine answered',
  dial1_hung_up: 'Hung up before answering',
  invalid_number: 'Not reachable. The network knows no such number',
  not_allowed: 'Not reachable. The network does not allow the call',
  no_route: 'Not reachable. The network has no way there',
  incompatible_media: 'Not reachable. The phone has no codec in common',
  congestion: 'Not reachable. The network is congested',
  trunk_auth: 'Not reachable. The carrier refused our credentials',
  pbx_error: 'The PBX refused the call',
  not_sent: 'The call was not sent to the PBX',
  canceled: 'The call was canceled',
  unknown: 'It is unknown what became of the call',
  // The answer for a call whose dial1 did answer.
  answered: 'The call has ended',
  completed: 'The call has ended',
  exhausted: 'The call could not be placed',
  failed: 'The call could not be placed',
  expired: 'The call could not be placed in time',
  blocked: 'The call is not allowed: do-not-call, or another rule',
};

/** The answer repeats `type` and `destination` as they came. */
function succeeded(input: unknown): HttpReply {
  const read = readParams(input as RawInput);
  const data = read.ok ? read.params.get('data') : undefined;
  if (!isPhpArray(data)) throw new TypeError('a request without data was accepted');
  const { type, destination } = fieldsOf(data);
  const results = [`Call successfully originated for ${type}: ${destination}`];
  return jsonReply(200, { has_error: false, messages: [], results });
}

function failed(status: number, messages: readonly string[], headers?: Problem['headers']): HttpReply {
  return jsonReply(status, { has_error: true, messages, results: [] }, headers);
}

const vendorSentences: ReadonlySet<string> = new Set(Object.values(unknownDestination));

function sentence({ field, message }: FieldError): string {
  return field === '' || vendorSentences.has(message) ? message : `${field} ${message}`;
}
