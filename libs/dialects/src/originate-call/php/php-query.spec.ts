import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { type Pairs, phpVersion, queryVectors, vendorSample } from '../../../testing/php-vectors.ts';
import { httpBuildQuery } from './http-build-query.ts';
import { parsePhpQuery } from './php-query.ts';
import { bytesOf, isPhpArray, type PhpArray, type PhpValue } from './php-value.ts';

function arrayOf(query: string): PhpArray {
  const read = parsePhpQuery(query);
  if (!read.ok) throw new Error(read.message);
  return read.value;
}

function messageOf(query: string): string | undefined {
  const read = parsePhpQuery(query);
  return read.ok ? undefined : read.message;
}

function pairsOf(array: PhpArray): Pairs {
  return [...array].map(([key, value]) => [key, isPhpArray(value) ? pairsOf(value) : (value as string)]);
}

describe(`parse_str($query, $result) of PHP ${phpVersion}`, () => {
  test.each(queryVectors)('%s', (query, pairs, again) => {
    const array = arrayOf(query);
    expect(pairsOf(array)).toEqual(pairs);
    expect(httpBuildQuery(array)).toBe(again);
  });

  test("the vendor's sample", () => {
    expect(httpBuildQuery(arrayOf(vendorSample.query))).toBe(vendorSample.query);
  });
});

it('knows other spellings of the same: lower-case escapes, bare brackets, %20', () => {
  expect(arrayOf('a[b]=c%20d%2b')).toEqual(arrayOf('a%5bb%5D=c+d%2B'));
});

describe('there and back', () => {
  const text = fc.string({ unit: 'binary' }).map(bytesOf);
  /** PHP changes a variable's name, ends every name at a NUL, and a bracket closes a step. */
  const name = fc.stringMatching(/^[A-Za-z_-][A-Za-z0-9_~-]{0,8}$/);
  const key = fc.oneof(
    fc.nat(20).map(String),
    fc.constantFrom('__proto__', 'a b', 'a.b', '[', 'x[y', '&=+%', 'é', '😀').map(bytesOf),
    name,
  );
  const array = (keys: fc.Arbitrary<string>, values: fc.Arbitrary<PhpValue>): fc.Arbitrary<PhpArray> =>
    fc.array(fc.tuple(keys, values), { minLength: 1, maxLength: 4 }).map((pairs) => new Map(pairs));
  const inner = array(key, fc.oneof(text, array(key, fc.oneof(text, array(key, text)))));

  it('parse_str(http_build_query(array)) is the array, in its order', () => {
    fc.assert(
      fc.property(array(name, fc.oneof(text, inner)), (params) => {
        expect(pairsOf(arrayOf(httpBuildQuery(params)))).toEqual(pairsOf(params));
      }),
    );
  });

  it('the result of PHP for any text is stable', () => {
    const mark = fc.constantFrom(...'ab1[]=&%+ ._', '%5B', '%5D', '%C3%A9', '%ff', '[]', '[a]', '%20', 'é', 'data');
    fc.assert(
      fc.property(fc.array(mark, { maxLength: 40 }), (marks) => {
        const query = httpBuildQuery(arrayOf(marks.join('')));
        expect(query).toMatch(/^[A-Za-z0-9%+&=_.-]*$/);
        expect(httpBuildQuery(arrayOf(query))).toBe(query);
      }),
    );
  });
});

describe('bounds', () => {
  test('200 parameters, 8 steps', () => {
    expect(messageOf(Array(200).fill('a=1').join('&'))).toBeUndefined();
    expect(messageOf(`a${'[b]'.repeat(7)}=1`)).toBeUndefined();
  });
  test('201 parameters or 9 steps are refused', () => {
    expect(messageOf(Array(201).fill('a=1').join('&'))).toBe('There are more than 200 parameters.');
    expect(messageOf(`a${'[b]'.repeat(8)}=1`)).toBe('A name has more than 8 steps.');
    expect(messageOf(`a${'[]'.repeat(100_000)}=1`)).toBe('A name has more than 8 steps.');
  });
});
