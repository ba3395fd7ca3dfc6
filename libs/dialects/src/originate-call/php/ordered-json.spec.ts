import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { jsonVectors, phpVersion, vendorSample } from '../../../testing/php-vectors.ts';
import { httpBuildQuery } from './http-build-query.ts';
import { parseOrderedJson } from './ordered-json.ts';
import { bytesOf, type PhpArray } from './php-value.ts';

function arrayOf(json: string): PhpArray {
  const read = parseOrderedJson(json);
  if (!read.ok) throw new Error(read.message);
  return read.value;
}

function messageOf(json: string): string | undefined {
  const read = parseOrderedJson(json);
  return read.ok ? undefined : read.message;
}

describe(`http_build_query(json_decode($json, true)) of PHP ${phpVersion}`, () => {
  test.each(jsonVectors)('%s', (_name, json, query) => {
    expect(httpBuildQuery(arrayOf(json))).toBe(query);
  });

  test("the vendor's sample", () => {
    expect(httpBuildQuery(arrayOf(vendorSample.json))).toBe(vendorSample.query);
  });
});

it('keeps the order of integer-like keys, and __proto__, which an object would lose', () => {
  const array = arrayOf('{"b":1,"2":1,"__proto__":{"1":1,"0":1}}');
  expect([...array.keys()]).toEqual(['b', '2', '__proto__']);
  expect(array.get('__proto__')).toEqual(
    new Map([
      ['1', 1n],
      ['0', 1n],
    ]),
  );
  expect(Object.getPrototypeOf(array)).toBe(Map.prototype);
});

it('reads all that JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (object) => {
      const expected = Object.entries(object).map(([key, value]) => [bytesOf(key), bytesOf(value)]);
      expect([...arrayOf(JSON.stringify(object))]).toEqual(expected);
    }),
  );
});

test.each(['\\ud800', '\\udc00', '\ud800'])('%j, half a character, is the replacement character', (half) => {
  expect(arrayOf(`["a${half}"]`).get('0')).toBe(bytesOf('a\ufffd'));
});

describe('what is not JSON', () => {
  test.each([
    '',
    ' ',
    'x',
    '"text"',
    '1',
    'null',
    'true',
    '{',
    '}',
    '[',
    '{]',
    '[}',
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    '{,"a":1}',
    '{"a" 1}',
    '{a:1}',
    "{'a':1}",
    '{1:1}',
    '{"a":1}{}',
    '{"a":1} x',
    '[1,]',
    '[,1]',
    '[1 2]',
    '[01]',
    '[+1]',
    '[1.]',
    '[.5]',
    '[1e]',
    '[0x1]',
    '[NaN]',
    '[Infinity]',
    '[TRUE]',
    '["a]',
    '["\\x41"]',
    '["\\u12"]',
    '["a\nb"]',
    '["\u0000"]',
    '\ufeff{}',
    '\u00a0{}',
    '{}/**/',
  ])('%j', (json) => {
    expect(messageOf(json)).toBe('The body is not valid JSON.');
  });

  it('is refused exactly if JSON.parse refuses it, except for bare values', () => {
    const nearly = fc
      .tuple(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', '"', '\\', ',', ':', '{', '}', '[', ']', '0', 'e', '\n', '\u0001'),
      )
      .map(([json, at, mark]) => {
        const cut = at % (json.length + 1);
        return json.slice(0, cut) + mark + json.slice(cut + 1);
      });
    fc.assert(
      fc.property(nearly, (json) => {
        const message = messageOf(json);
        if (message?.includes('more than')) return;
        expect(message === undefined).toBe(isArray(json));
      }),
      { numRuns: 1_000 },
    );
  });
});

function isArray(json: string): boolean {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
}

describe('bounds', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
  const long = (values: number) => `[${Array(values).fill('0').join()}]`;

  test('8 deep, 200 values', () => {
    expect(messageOf(nested(8))).toBeUndefined();
    expect(messageOf(long(200))).toBeUndefined();
  });
  test('9 deep is refused', () => {
    expect(messageOf(nested(9))).toBe('The body is nested more than 8 deep.');
    expect(messageOf(nested(100_000))).toBe('The body is nested more than 8 deep.');
  });
  test('201 values are refused', () => {
    expect(messageOf(long(201))).toBe('The body holds more than 200 values.');
    expect(messageOf(`{${Array(300).fill('"a":0').join()}}`)).toBe('The body holds more than 200 values.');
  });
  it('is not stopped by a long text', () => {
    expect(arrayOf(`["${'\\n'.repeat(100_000)}"]`).get('0')).toHaveLength(100_000);
  });
});
