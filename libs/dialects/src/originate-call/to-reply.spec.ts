import { type Call, type Dial1Outcome, dispositions, endedCallStatuses } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { contextOf } from '../../testing/acme.ts';
import { asForm, asJson, asQuery, caller, data, rawBody, who } from '../../testing/caller.ts';
import { vendorSample } from '../../testing/php-vectors.ts';
import type { HttpReply } from '../dialect.ts';
import { problem } from '../shared/problem.ts';
import { toCallRequest } from './to-call-request.ts';
import { acceptedReply, outcomeReply, refusedReply, whyDial1Failed } from './to-reply.ts';

const calls = [{ id: 'call_1' }] as unknown as readonly Call[];
const sample = rawBody('application/json', vendorSample.json);
const body = (reply: HttpReply): unknown => JSON.parse(reply.body);
const outcome = (outcome: Dial1Outcome): HttpReply => outcomeReply([outcome], calls, sample);

describe('accepted', () => {
  it("is the vendor's own answer to its sample", () => {
    const reply = acceptedReply(calls, sample);
    expect(reply.status).toBe(200);
    expect(reply.headers).toEqual({ 'Content-Type': 'application/json; charset=utf-8' });
    expect(reply.body).toBe(
      '{"has_error":false,"messages":[],"results":["Call successfully originated for queue: test-queue"]}',
    );
  });

  test.each([
    ['user', '1001'],
    ['user_email', 'Jane@acme.example'],
    ['context', 'after-hours'],
  ])('names the destination in the words of the request: %s %s', (type, destination) => {
    for (const as of [asJson, asForm, asQuery]) {
      const reply = acceptedReply(calls, as({ ...who, data: { ...data, type, destination } }));
      expect(body(reply)).toMatchObject({ results: [`Call successfully originated for ${type}: ${destination}`] });
    }
  });

  it('throws for a request without data', () => {
    expect(() => acceptedReply(calls, asJson({}))).toThrow(TypeError);
  });
});

describe('the awaited outcome', () => {
  test('answered', () => {
    expect(outcome({ type: 'answered', uniqueId1: 'att_1' })).toEqual(acceptedReply(calls, sample));
  });

  test.each([...dispositions, ...endedCallStatuses])('failed: %s', (why) => {
    const reply = outcome({ type: 'failed', why });
    expect(reply.status).toBe(200);
    expect(body(reply)).toEqual({ has_error: true, messages: [whyDial1Failed[why]], results: [] });
  });

  test.each([
    ['no_answer', 'No answer'],
    ['busy', 'Busy'],
    ['rejected', 'Rejected'],
    ['unreachable', 'Not reachable. Check if the phone is registered'],
    ['expired', 'The call could not be placed in time'],
  ] as const)('%s is "%s"', (why, message) => {
    expect(whyDial1Failed[why]).toBe(message);
  });

  test('not known yet: neither a success nor a failure of the call', () => {
    const reply = outcome({ type: 'pending' });
    expect(reply.status).toBe(503);
    expect(body(reply)).toEqual({
      has_error: true,
      messages: ['The outcome is not known yet, and the call goes on'],
      results: [],
    });
  });

  test('one request is one call', () => {
    expect(() => outcomeReply([], calls, sample)).toThrow(TypeError);
  });
});

describe('refused', () => {
  it("contains the vendor's sentences unchanged, and every other error with its field", () => {
    const wrong = { ...data, type: 'queue', destination: 'x', caller_id: 'y', vars: { OTHER: 1 } };
    const parsed = toCallRequest(asJson({ ...who, data: wrong }), contextOf(caller));
    const errors = parsed.ok ? [] : parsed.errors;
    const reply = refusedReply(problem('invalid_request', { errors }));
    expect(reply.status).toBe(400);
    expect(body(reply)).toEqual({
      has_error: true,
      messages: [
        'caller_id is not a number in a known form: 0711234567 or +27711234567, abroad + and the country code',
        'Invalid Queue. Check if pbx queue exists',
        'vars[OTHER] is not a variable that you may set: there are CAMPAIGN, SKIP_WELCOME, SKIP_WE_ARE_RECORDING, SKIP_ENTER_QUEUE, BACKEND_LINK',
      ],
      results: [],
    });
  });

  it("is the vendor's own answer for a queue that the PBX does not have", () => {
    const parsed = toCallRequest(sample, contextOf(caller));
    const [question] = parsed.ok ? (parsed.questions ?? []) : [];
    const reply = refusedReply(
      problem('invalid_request', { errors: question === undefined ? [] : [question.errorIfNo] }),
    );
    expect(reply.body).toBe('{"has_error":true,"messages":["Invalid Queue. Check if pbx queue exists"],"results":[]}');
  });

  it('states that a user is not online', () => {
    const parsed = toCallRequest(asJson({ data }), contextOf(caller));
    const [question] = parsed.ok ? (parsed.questions ?? []) : [];
    const errors = question === undefined ? [] : [question.errorIfNo];
    expect(body(refusedReply(problem('invalid_request', { errors })))).toMatchObject({
      messages: ['destination is not online'],
    });
  });

  test.each([
    [problem('unauthenticated', { detail: 'Invalid credentials.' }), 401, 'Invalid credentials.'],
    [problem('malformed_body', { detail: 'The body is not valid JSON.' }), 400, 'The body is not valid JSON.'],
    [
      problem('method_not_allowed', { headers: { Allow: 'GET, POST' } }),
      405,
      'This address does not answer this method.',
    ],
    [problem('internal'), 500, 'Something went wrong on our side. It has been logged.'],
    [
      problem('invalid_request', { errors: [{ field: '', message: 'The body is not valid JSON.' }] }),
      400,
      'The body is not valid JSON.',
    ],
  ])('%j', (wrong, status, message) => {
    const reply = refusedReply(wrong);
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject(wrong.headers ?? {});
    expect(body(reply)).toEqual({ has_error: true, messages: [message], results: [] });
  });
});
