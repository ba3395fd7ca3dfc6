import type { Call } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { contextOf } from '../../testing/acme.ts';
import { actTenant } from '../../testing/act.ts';
import { type Problem, type ProblemCode, problem, problems } from '../shared/problem.ts';
import { toCallRequest } from './to-call-request.ts';
import { acceptedReply, refusedReply } from './to-reply.ts';

function refused(code: ProblemCode, rest: Omit<Problem, 'code'> = {}) {
  const { status, body } = refusedReply(problem(code, rest));
  const { message, ...answer } = JSON.parse(body);
  expect(answer).toEqual({ success: 0, data: null });
  return [status, message];
}

it("is the vendor's answer, letter by letter", () => {
  const call = { reference: 'orig.call.1703145054.787335' } as Call;
  expect(acceptedReply([call])).toEqual({
    status: 200,
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: '{"success":1,"message":null,"data":{"originated_call_id":"orig.call.1703145054.787335"}}',
  });
});

describe("the vendor's errors", () => {
  test.each<[code: ProblemCode, rest: Omit<Problem, 'code'>, status: number, message: string]>([
    ['malformed_body', {}, 400, 'Unable to parse content'],
    ['malformed_request', {}, 400, 'Unable to parse content'],
    ['unauthenticated', {}, 401, 'BasicAuth or ApiKey is missing/invalid'],
    ['access_denied', {}, 403, 'call/originate/act;Access denied'],
    ['access_denied', { detail: 'IP is not permitted' }, 403, 'IP is not permitted'],
    ['forbidden', {}, 403, 'call/originate/act;Access denied'],
    ['method_not_allowed', {}, 405, 'Method not allowed'],
    ['unsupported_media_type', { detail: 'application/json is taken' }, 415, 'Unsupported media type'],
    ['service_not_found', {}, 501, 'Requested service does not exist'],
    ['not_found', {}, 501, 'Requested service does not exist'],
    ['internal', { detail: 'a stack' }, 200, 'Requested operation failed'],
  ])('%s %j → %i %s', (code, rest, status, message) => {
    expect(refused(code, rest)).toEqual([status, message]);
  });

  test.each<ProblemCode>([
    'body_too_large',
    'too_many_requests',
    'too_many_open_calls',
    'storage_unavailable',
    'pbx_unavailable',
    'too_many_waiting',
  ])('%s, which the vendor does not have, is said in its shape', (code) => {
    expect(refused(code)).toEqual([problems[code].status, problems[code].message]);
  });

  it('for a body that is no object state that it cannot be parsed', () => {
    for (const input of [[], 'x', null, undefined]) {
      const parsed = toCallRequest(input, contextOf(actTenant));
      expect(parsed.ok ? [] : refused('invalid_request', parsed)).toEqual([400, 'Unable to parse content']);
    }
  });

  it('for a field have status 200 and name the field', () => {
    expect(refused('invalid_request', { errors: [{ field: 'caller', message: 'value is missing' }] })).toEqual([
      200,
      "Field 'caller':value is missing",
    ]);
  });

  it('for several fields name them all', () => {
    const parsed = toCallRequest({ callee: 'x', context: 'y', caller_id: '557' }, contextOf(actTenant));
    expect(parsed.ok ? [] : refused('invalid_request', parsed)).toEqual([
      200,
      "Field 'caller':value is missing; Field 'context':is not a context of yours: there are main_routing, by backup, office; " +
        "Field 'callee':is neither an extension of yours nor a number in a known form: 0711234567 or +27711234567, abroad + and the country code",
    ]);
  });

  it.each(Object.keys(problems) as ProblemCode[])(
    '%s has the vendor’s shape and the headers of the problem',
    (code) => {
      expect(refused(code)[1]).toMatch(/^\S.{5,}/);
      expect(refusedReply(problem(code, { headers: { 'Retry-After': '3' } })).headers).toMatchObject({
        'Retry-After': '3',
      });
    },
  );
});
