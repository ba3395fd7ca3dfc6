import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestOf } from '../../testing/builders.ts';
import { AttemptId, CallId, Name } from '../ids.ts';
import {
  CallerName,
  CallRequest,
  ClientInfo,
  ContextName,
  type Destination,
  destinationDigits,
  HeaderName,
  HeaderValue,
  outsideNumberOf,
  RecordedUnder,
  Reference,
  ServiceName,
  VariableName,
  VariableValue,
} from './request.ts';

/** Text that breaks out of an AMI line, a dialplan expression, or a list of destinations or arguments. */
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
    ['the name of a service', ServiceName],
    ['the name of a context', ContextName],
    ['whose a recording is', RecordedUnder],
  ] as const)('%s holds no character that means something else there', (_what, schema) => {
    for (const injection of injections) {
      for (const text of [injection, `X-a${injection}`, `X-a${injection}b`, `${injection}X-a`]) {
        expect(schema.safeParse(text).success, JSON.stringify(text)).toBe(false);
      }
    }
  });

  it('is printable ASCII of a known kind, for any input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        if (HeaderValue.safeParse(text).success) expect(text).toMatch(/^[ -~]*$/);
        if (VariableName.safeParse(text).success) expect(text).toMatch(/^\w+$/);
        if (VariableValue.safeParse(text).success) expect(text).toMatch(/^[^,;|${}()"'`<>\\^!]*$/);
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
    // Redial's own variable: a request must not choose the channel of its dialplan.
    ['REDIAL_DIAL2_CHANNEL', false],
    ['__REDIAL_ATTEMPT', false],
    ['redial_slot', false],
    ['AREDIAL', true],
    ['1st', false],
    ['a'.repeat(41), false],
    ['', false],
  ])('variable name %j: %s', (name, ok) => expect(VariableName.safeParse(name).success).toBe(ok));

  it.each([
    ['a web address', 'https://crm.example/calls/7?id=a%20b#top', true],
    ['two arguments of an address', 'https://crm.example/?a=1&b=2', true],
    ['brackets in an address', 'https://[crm]/', true],
    ['brackets elsewhere', 'vip[1]', false],
    // In GotoIf(…?5), each would jump to another step.
    ['a question mark elsewhere', '1?7:', false],
    ['two destinations', 'PJSIP/1001&PJSIP/1002', false],
    ['two destinations behind an address', 'x https://a&PJSIP/1', false],
    ['a space in an address', 'https://crm.example/?a=1 b', false],
    ['a comma in an address', 'https://crm.example/?a=1,2', false],
    ['an expression', '$[1+1]', false],
    ['a variable', '$' + '{SHELL(id)}', false],
  ])('a variable value with %s', (_what, value, ok) => expect(VariableValue.safeParse(value).success).toBe(ok));

  it('has a maximum length', () => {
    expect(HeaderValue.safeParse('a'.repeat(250)).success).toBe(true);
    expect(HeaderValue.safeParse('a'.repeat(251)).success).toBe(false);
    expect(Reference.safeParse('a'.repeat(231)).success).toBe(false);
  });
});

describe('a name that a phone shows', () => {
  /**
   * Characters that end a line or a quoted string, start an expression, or split arguments; and characters that are
   * invisible, or turn the text round.
   */
  const breaking = [
    '\r',
    '\n',
    '\0',
    '\t',
    '"',
    '\\',
    '<',
    '>',
    '&',
    ',',
    ';',
    '|',
    '$',
    '{',
    '}',
    '(',
    ')',
    '=',
    '\u2028',
    '\u202e',
    '\u200b',
    '\ud800',
  ];

  it.each(breaking)('holds no %j', (text) => {
    for (const name of [text, `Zoë${text}`, `Zoë${text}Smith`, `${text}Zoë`]) {
      expect(CallerName.safeParse(name).success).toBe(false);
    }
  });

  it.each([
    'Zoë O’Brien',
    "O'Brien",
    'Müller+Söhne',
    '東京オフィス',
    'Anna-Lena',
    'support@acme',
    'فاطمة',
    'A',
    '4u',
    'Café “Zur Post”',
    '50% Off [Sales]',
    'N° 5',
    '[VIP] O´Brien',
  ])('may be %s', (name) => {
    expect(CallerName.safeParse(name).success).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a space alone', ' '],
    ['a space in front', ' Zoë'],
    ['a mark in front', '\u0301a'],
    ['81 letters', 'a'.repeat(81)],
  ])('is not %s', (_what, name) => expect(CallerName.safeParse(name).success).toBe(false));

  it('leaves room for the number in the 256 bytes that Asterisk reads', () => {
    expect(CallerName.safeParse('é'.repeat(80)).success).toBe(true);
    expect(CallerName.safeParse('京'.repeat(66)).success).toBe(true);
    expect(CallerName.safeParse('京'.repeat(67)).success).toBe(false);
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 90 }), (name) => {
        if (CallerName.safeParse(name).success)
          expect(Buffer.byteLength(`"${name}" <123456789012345>`)).toBeLessThan(256);
      }),
    );
  });
});

describe('the text that a client wants back', () => {
  it.each(['"a", b; c & d | e', '{"id":7,"tags":["<b>"]}', '$' + '{X}', 'C:\\crm', 'Zoë 東京 😀', ' '])(
    'may be %j',
    (text) => {
      expect(ClientInfo.parse(text)).toBe(text);
    },
  );

  it.each([
    ['nothing', ''],
    ['501 characters', 'a'.repeat(501)],
    ['two lines', 'a\nb'],
    ['a carriage return', 'a\r'],
    ['NUL', '\0'],
    ['DEL', '\u007f'],
    ['half a character: no file could hold it', 'a\ud800'],
  ])('is not %s', (_what, text) => expect(ClientInfo.safeParse(text).success).toBe(false));

  it('has as many characters as a person counts', () => {
    expect(ClientInfo.safeParse('😀'.repeat(500)).success).toBe(true);
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
    ['dial1 that is a service by its channel', { dial1: { kind: 'service', service: 'Local/601@ring-groups' } }],
    ['dial1 that is digits without context', { dial1: { kind: 'context', exten: '7001' } }],
    ['dial1 in two contexts', { dial1: { kind: 'context', context: 'a,s,1', exten: '7001' } }],
    ['dial1 of any extension of a context', { dial1: { kind: 'context', context: 'a', exten: 's' } }],
    ['a recording in a folder above', { recording: { under: '..' } }],
    ['a recording without an owner', { recording: {} }],
    ['an outcome that is not awaited', { outcomeAwaited: false }],
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
    ['an unknown field', { dial3: '1001' }],
  ])('with %s is refused', (_what, fields) => {
    expect(change(fields).success).toBe(false);
  });

  it.each<[string, Destination, digits: string, outside: string | undefined]>([
    ['an extension', { kind: 'extension', extension: '1001' }, '1001', undefined],
    ['a number', { kind: 'number', e164: '27821234567', trunk: 'carrier' }, '27821234567', '27821234567'],
    ['a service', { kind: 'service', service: 'sales' }, 'sales', undefined],
    ['digits for a context', { kind: 'context', context: 'from-crm', exten: '7001' }, '7001', undefined],
    [
      'a number for a context',
      { kind: 'context', context: 'from-crm', exten: '0821234567', e164: '27821234567' },
      '27821234567',
      '27821234567',
    ],
  ])('knows of %s its digits, and the number that it rings outside', (_what, destination, digits, outside) => {
    expect(change({ dial1: destination }).success).toBe(true);
    expect(destinationDigits(destination)).toBe(digits);
    expect(outsideNumberOf(destination)).toBe(outside);
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

  it('of calls differ from those of attempts', () => {
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
