import { type Dial1Outcome, dispositions, endedCallStatuses } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { inQuery } from '../../testing/dialup.ts';
import { type ProblemCode, problem, problems } from '../shared/problem.ts';
import { reasonOf } from './reason.ts';
import { acceptedReply, outcomeReply, refusedReply } from './to-reply.ts';

const types = {
  text: 'text/plain; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xml: 'application/xml; charset=utf-8',
  json: 'application/json; charset=utf-8',
};
const page = (body: string) =>
  `<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>dialup</title></head><body>${body}</body></html>\n`;
const answered: Dial1Outcome = { type: 'answered', uniqueId1: 'att_1', uniqueId2: '1795224366.7' };
const busy: Dial1Outcome = { type: 'failed', why: 'busy', uniqueId1: 'att_1' };
const pending: Dial1Outcome = { type: 'pending' };
const dial2Wrong = problem('invalid_request', { errors: [{ field: 'dial2', message: 'is <wrong> & "new"' }] });

type Answer = readonly [text: string, html: string, xml: string, json: unknown];
const situations: readonly (readonly [
  string,
  (input: unknown) => ReturnType<typeof acceptedReply>,
  number,
  boolean,
  Answer,
])[] = [
  [
    'accepted',
    (input) => acceptedReply([], input),
    200,
    false,
    [
      'OK',
      page('OK'),
      '<response><status>ok</status><reason></reason><uid1></uid1><uid2></uid2></response>',
      { status: 'ok', reason: '', uid1: '', uid2: '' },
    ],
  ],
  [
    'answered',
    (input) => outcomeReply([answered], [], input),
    200,
    false,
    [
      'OK',
      page('OK'),
      '<response><status>ok</status><reason></reason><uid1></uid1><uid2></uid2></response>',
      { status: 'ok', reason: '', uid1: '', uid2: '' },
    ],
  ],
  [
    'answered, with ids',
    (input) => outcomeReply([answered], [], input),
    200,
    true,
    [
      'OK uid1=att_1 uid2=1795224366.7',
      page('OK uid1=att_1 uid2=1795224366.7'),
      '<response><status>ok</status><reason></reason><uid1>att_1</uid1><uid2>1795224366.7</uid2></response>',
      { status: 'ok', reason: '', uid1: 'att_1', uid2: '1795224366.7' },
    ],
  ],
  [
    'answered, with ids, if dial2 could not be tried',
    (input) => outcomeReply([{ type: 'answered', uniqueId1: 'att_1' }], [], input),
    200,
    true,
    [
      'OK uid1=att_1',
      page('OK uid1=att_1'),
      '<response><status>ok</status><reason></reason><uid1>att_1</uid1><uid2></uid2></response>',
      { status: 'ok', reason: '', uid1: 'att_1', uid2: '' },
    ],
  ],
  [
    'busy',
    (input) => outcomeReply([busy], [], input),
    200,
    false,
    [
      'FAIL: Busy',
      page('FAIL: Busy'),
      '<response><status>fail</status><reason>Busy</reason><uid1></uid1><uid2></uid2></response>',
      { status: 'fail', reason: 'Busy', uid1: '', uid2: '' },
    ],
  ],
  [
    'busy, with ids',
    (input) => outcomeReply([busy], [], input),
    200,
    true,
    [
      'FAIL: Busy uid1=att_1',
      page('FAIL: Busy uid1=att_1'),
      '<response><status>fail</status><reason>Busy</reason><uid1>att_1</uid1><uid2></uid2></response>',
      { status: 'fail', reason: 'Busy', uid1: 'att_1', uid2: '' },
    ],
  ],
  [
    'refused',
    (input) => refusedReply(dial2Wrong, input),
    400,
    false,
    [
      'FAIL: dial2: is <wrong> & "new"',
      page('FAIL: dial2: is &lt;wrong&gt; &amp; &quot;new&quot;'),
      '<response><status>fail</status><reason>dial2: is &lt;wrong&gt; &amp; &quot;new&quot;</reason><uid1></uid1><uid2></uid2></response>',
      { status: 'fail', reason: 'dial2: is <wrong> & "new"', uid1: '', uid2: '' },
    ],
  ],
];

describe.each(situations)('%s', (_situation, reply, status, withIds, [text, html, xml, json]) => {
  const asked = (RFormat: string) => reply(inQuery({ RFormat, ...(withIds && { Response: 'yes', showUID: 'yes' }) }));

  test.each([
    ['text', text],
    ['html', html],
    ['xml', xml],
  ] as const)('as %s', (format, body) => {
    expect(asked(format)).toEqual({ status, headers: { 'Content-Type': types[format] }, body });
  });

  it('as json', () => {
    const { body, ...rest } = asked('json');
    expect([rest, JSON.parse(body)]).toEqual([{ status, headers: { 'Content-Type': types.json } }, json]);
  });

  test.each(['', 'TEXT', 'yaml'])('as text for RFormat %j', (format) => {
    expect(asked(format).body).toBe(text);
  });
});

describe('dial1’s outcome', () => {
  const body = (...outcomes: Dial1Outcome[]) => outcomeReply(outcomes, [], inQuery({})).body;
  const noAnswer: Dial1Outcome = { type: 'failed', why: 'no_answer', uniqueId1: 'att_2' };

  it('of several numbers is ok as soon as one has answered', () => {
    expect(body(busy, answered, pending)).toBe('OK');
  });

  it('of several numbers is the last one’s reason once all have failed', () => {
    expect(body(busy, noAnswer)).toBe('FAIL: No answer');
    expect(body(noAnswer, busy)).toBe('FAIL: Busy');
  });

  test.each([[[pending]], [[busy, pending]], [[pending, busy]], [[]]])(
    'that is not known is 503, without any of the vendor’s words: %j',
    (outcomes) => {
      const { status, body } = outcomeReply(outcomes, [], inQuery({}));
      expect(status).toBe(503);
      expect(body).toBe('PENDING: The outcome is not known yet. The call goes on: do not send it again.');
      expect(body).not.toMatch(/No answer|Busy|Not connected|Unreachable/);
    },
  );
});

describe('the reason', () => {
  const words = ['No answer', 'Busy', 'Not connected', 'Unreachable'];

  test.each([...dispositions, ...endedCallStatuses])('of %s is one of the vendor’s four', (why) => {
    expect(words).toContain(reasonOf(why));
  });

  test.each([
    ['no_answer', 'No answer'],
    ['busy', 'Busy'],
    ['rejected', 'Not connected'],
    ['unreachable', 'Unreachable'],
    ['invalid_number', 'Unreachable'],
    ['no_route', 'Unreachable'],
    ['congestion', 'Not connected'],
    ['pbx_error', 'Not connected'],
    ['not_sent', 'Not connected'],
    ['expired', 'Not connected'],
    ['blocked', 'Not connected'],
    ['canceled', 'Not connected'],
    ['unknown', 'Not connected'],
  ] as const)('of %s is %s', (why, reason) => {
    expect(reasonOf(why)).toBe(reason);
  });
});

describe('a refusal', () => {
  test.each(Object.keys(problems) as ProblemCode[])('%s has its status, its headers and words', (code) => {
    const headers = { 'Retry-After': '5' };
    expect(refusedReply(problem(code, { headers }), undefined)).toEqual({
      status: problems[code].status,
      headers: { 'Content-Type': types.text, 'Retry-After': '5' },
      body: `FAIL: ${problems[code].message}`,
    });
  });

  it('names every parameter', () => {
    const errors = [
      { field: 'dial1', message: 'is required' },
      { field: '', message: 'more than 50 parameters' },
      { field: 'SetCID', message: 'is required' },
    ];
    expect(refusedReply(problem('invalid_request', { errors }), undefined).body).toBe(
      'FAIL: dial1: is required; more than 50 parameters; SetCID: is required',
    );
  });

  it('is well-formed for any parameter name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (field) => {
        const refused = problem('invalid_request', { errors: [{ field, message: 'is wrong' }] });
        const { body: xml } = refusedReply(refused, inQuery({ RFormat: 'xml' }));
        expect(xml).toMatch(
          /^<response><status>fail<\/status><reason>[^<>"']*<\/reason><uid1><\/uid1><uid2><\/uid2><\/response>$/,
        );
        expect(xml).not.toMatch(/&(?!(amp|lt|gt|quot|#39);)/);
        expect(xml).toMatch(/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u);
      }),
    );
  });
});
