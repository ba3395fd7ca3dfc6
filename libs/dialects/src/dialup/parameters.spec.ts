import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { inQuery } from '../../testing/dialup.ts';
import { parameterNames, readParameters } from './parameters.ts';

const formType = 'application/x-www-form-urlencoded';
const raw = (query: string, body = '', contentType = body === '' ? '' : formType) => ({ query, body, contentType });

it('accepts every parameter of the vendor’s table', () => {
  const all = Object.fromEntries(parameterNames.map((name, n) => [name, String(n)]));
  expect(readParameters(inQuery(all))).toEqual({ values: all, errors: [] });
});

it('accepts them in any order and case', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray([...parameterNames]),
      fc.infiniteStream(fc.boolean()),
      fc.array(fc.string({ minLength: 1 }), { minLength: 14, maxLength: 14 }),
      (names, upper, texts) => {
        const cased = (name: string) =>
          [...name].map((c) => (upper.next().value === true ? c.toUpperCase() : c.toLowerCase())).join('');
        const given = names.map((name, n) => [name, texts[n]?.toWellFormed() ?? ''] as const);
        const query = new URLSearchParams(given.map(([name, text]) => [cased(name), text])).toString();
        expect(readParameters(raw(query))).toEqual({ values: Object.fromEntries(given), errors: [] });
      },
    ),
  );
});

describe('the places of parameters', () => {
  test.each([
    ['the URL', raw('dial1=1001&dial2=1002')],
    ['a form', raw('', 'dial1=1001&dial2=1002')],
    ['both', raw('dial1=1001', 'dial2=1002')],
    ['the URL, of a POST without a body', raw('dial1=1001&dial2=1002', '', formType)],
  ])('%s', (_where, input) => {
    expect(readParameters(input)).toEqual({ values: { dial1: '1001', dial2: '1002' }, errors: [] });
  });

  test.each(['application/json', 'multipart/form-data', 'text/plain', ''])('a body of %j is none of them', (type) => {
    expect(readParameters(raw('dial1=1001', '{"dial2":"1002"}', type))).toEqual({
      values: { dial1: '1001' },
      errors: [{ field: 'Content-Type', message: `must be ${formType}` }],
    });
  });

  test.each([[undefined], [null], ['x'], [7], [{}], [[]]])(
    'a request that could not be read, %j, has none',
    (input) => {
      expect(readParameters(input)).toEqual({ values: {}, errors: [] });
    },
  );
});

describe('a parameter that comes twice', () => {
  test.each([
    ['in one case', raw('dial2=1001&dial2=1002')],
    ['in two cases', raw('dial2=1001&DIAL2=1002')],
    ['in the URL and in the form', raw('dial2=1001', 'Dial2=1002')],
    ['with one value', raw('dial2=1001&dial2=1001')],
    ['once empty', raw('dial2=1001&dial2=')],
  ])('%s is an error by the vendor’s spelling', (_how, input) => {
    expect(readParameters(input).errors).toEqual([{ field: 'dial2', message: 'comes more than once' }]);
  });

  it('is named once, however often it comes', () => {
    expect(readParameters(raw('setcid=1&SETCID=2&SetCid=3')).errors).toEqual([
      { field: 'SetCID', message: 'comes more than once' },
    ]);
  });
});

describe('an unknown parameter', () => {
  test.each([
    ['dial3=1', 'dial3'],
    ['dial1[]=1001', 'dial1[]'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
    ['=1', 'a parameter without a name'],
    ['a%0D%0Ab=1', 'a??b'],
    ['a%E2%80%AEb=1', 'a?b'],
    [`${'x'.repeat(100)}=1`, `${'x'.repeat(60)}…`],
  ])('%s', (query, field) => {
    expect(readParameters(raw(query))).toEqual({
      values: {},
      errors: [{ field, message: expect.stringMatching(/^is not a known parameter/) }],
    });
  });
});

it('reads no more than 50', () => {
  const many = Array.from({ length: 8_000 }, (_, n) => `x${n}`).join('&');
  const { errors } = readParameters(raw(many));
  expect(errors).toHaveLength(51);
  expect(errors[0]).toEqual({ field: '', message: 'more than 50 parameters' });
});

it('counts an empty one as absent', () => {
  expect(readParameters(raw('dial1=&Date&SetCID=1001'))).toEqual({ values: { SetCID: '1001' }, errors: [] });
});
