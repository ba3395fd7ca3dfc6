import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestOf } from './builders.support.ts';
import { AttemptId, CallId, Name } from './ids.ts';
import {
  CallRequest,
  destinationDigits,
  HeaderName,
  HeaderValue,
  Reference,
  VariableName,
  VariableValue,
} from './request.ts';

/** What breaks out of an AMI line, a dialplan expression, a list of destinations or of arguments. */
const injections = [
  '\r',
  '\n',
  '\0',
  '&',
  ',',
  ';',
  '|',
  '$',
  '{',
  '}',
  '(',
  ')',
  '"',
  '\\',
  '<',
  '>',
  '\u2028',
  '٣',
  'é',
];

describe('what goes to Asterisk', () => {
  it.each([
    ['a header value', HeaderValue],
    ['a variable value', VariableValue],
    ['a variable name', VariableName],
    ['a header name', HeaderName],
    ['a reference', Reference],
  ] as const)('%s holds no character that means something else there', (_what, schema) => {
    for (const injection of injections) {
      for (const text of [injection, `X-a${injection}`, `X-a${injection}b`, `${injection}X-a`]) {
        expect(schema.safeParse(text).success, JSON.stringify(text)).toBe(false);
      }
    }
  });

  it('is printable ASCII of a known kind, whatever is tried', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        if (HeaderValue.safeParse(text).success) expect(text).toMatch(/^[ -~]*$/);
        if (VariableName.safeParse(text).success) expect(text).toMatch(/^\w+$/);
      }),
    );
  });

  it.each([
    ['X-Reference', true],
    ['X-', false],
    ['Reference', false],
    ['X-Reference: a', false],
    [`X-${'a'.repeat(61)}`, false],
  ])('header name %j: %s', (name, ok) => expect(HeaderName.safeParse(name).success).toBe(ok));

  it.each([
    ['CAMPAIGN', true],
    ['_inherited', true],
    ['DB(x/y)', false],
    ['1st', false],
    ['a'.repeat(41), false],
    ['', false],
  ])('variable name %j: %s', (name, ok) => expect(VariableName.safeParse(name).success).toBe(ok));

  it('has an end', () => {
    expect(HeaderValue.safeParse('a'.repeat(250)).success).toBe(true);
    expect(HeaderValue.safeParse('a'.repeat(251)).success).toBe(false);
    expect(Reference.safeParse('a'.repeat(231)).success).toBe(false);
  });
});

describe('a request', () => {
  const change = (fields: Record<string, unknown>) => CallRequest.safeParse({ ...requestOf(), ...fields });

  it('is accepted when it is whole', () => {
    expect(change({}).success).toBe(true);
  });

  it.each<[string, Record<string, unknown>]>([
    ['dial1 that is no destination', { dial1: '1001' }],
    ['dial2 with a number that is none', { dial2: { kind: 'number', e164: '0821234567', trunk: 'carrier' } }],
    ['dial2 without trunk', { dial2: { kind: 'number', e164: '27821234567' } }],
    ['a caller ID with a name', { callerId: 'Acme <27110000000>' }],
    ['a caller ID with a line feed', { callerId: '27110000000\n' }],
    ['no ring at all', { dial1RingTimeoutSeconds: 0 }],
    ['a ring of more than five minutes', { dial2RingTimeoutSeconds: 301 }],
    ['a talk of more than twelve hours', { talkLimitSeconds: 43_201 }],
    ['half a second', { dial1RingTimeoutSeconds: 0.5 }],
    ['a time before the epoch', { notBeforeAt: -1 }],
    ['a priority that is none', { priority: 10 }],
    ['a variable that Asterisk would execute', { variables: { 'DB(x/y)': '1' } }],
    [
      'eleven headers',
      { headers: { dial1: Object.fromEntries(Array.from({ length: 11 }, (_, i) => [`X-H${i}`, '1'])), dial2: {} } },
    ],
    ['a field that nobody knows', { dial3: '1001' }],
  ])('with %s is refused', (_what, fields) => {
    expect(change(fields).success).toBe(false);
  });

  it('shows of a destination its digits', () => {
    expect(destinationDigits(requestOf().dial1)).toBe('1001');
    expect(destinationDigits(requestOf().dial2)).toBe('27821234567');
  });
});

describe('ids', () => {
  const ulid = '01HZZZZZZZZZZZZZZZZZ000000';

  it.each([
    [`att_${ulid}`, true],
    [`att_${ulid.toLowerCase()}`, false],
    [`att_${ulid}0`, false],
    [`att_${ulid.slice(1)}`, false],
    [`call_${ulid}`, false],
    [`att_${ulid}\n`, false],
    [`att:${ulid}`, false],
    [`att_${ulid.replace('H', 'I')}`, false],
  ])('attempt id %j: %s', (id, ok) => expect(AttemptId.safeParse(id).success).toBe(ok));

  it('of calls are told from those of attempts', () => {
    expect(CallId.safeParse(`call_${ulid}`).success).toBe(true);
    expect(CallId.safeParse(`att_${ulid}`).success).toBe(false);
  });

  it('none is a prefix of another', () => {
    const id = fc.stringMatching(/^att_[0-9A-HJKMNP-TV-Z]{26}$/);
    fc.assert(
      fc.property(id, id, (a, b) => {
        if (a !== b) expect(AttemptId.parse(a).startsWith(AttemptId.parse(b))).toBe(false);
      }),
    );
  });

  it.each([
    ['pbx-1', true],
    ['a', true],
    ['a'.repeat(41), false],
    ['1a', false],
    ['A', false],
    ['a:b', false],
    ['a b', false],
    ['', false],
  ])('name %j: %s', (name, ok) => expect(Name.safeParse(name).success).toBe(ok));
});
