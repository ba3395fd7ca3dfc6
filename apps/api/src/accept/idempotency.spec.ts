import { expect, test } from 'vitest';
import { fingerprint, readIdempotencyKey } from './idempotency.ts';

test.each([
  ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
  ['"8e03978e-40d5"', '8e03978e-40d5'],
  ['a:b/c+d=e~f.g_h', 'a:b/c+d=e~f.g_h'],
  ['x'.repeat(255), 'x'.repeat(255)],
  ['x'.repeat(256), undefined],
  ['', undefined],
  ['""', undefined],
  ['"', undefined],
  ['a b', undefined],
  ['a, b', undefined],
  ['é', undefined],
  ['a\nb', undefined],
])('the key %j', (header, key) => {
  expect(readIdempotencyKey(header)).toBe(key);
});

test('a body has one fingerprint, however it is written', () => {
  const one = fingerprint('createCall', { a: 1, b: { c: [1, { d: 2, e: 3 }] } });
  expect(fingerprint('createCall', { b: { c: [1, { e: 3, d: 2 }] }, a: 1 })).toBe(one);
  expect(fingerprint('createCall', { a: 1, b: { c: [{ d: 2, e: 3 }, 1] } })).not.toBe(one);
  expect(fingerprint('createCall', { a: '1', b: { c: [1, { d: 2, e: 3 }] } })).not.toBe(one);
  expect(fingerprint('createBatch', { a: 1, b: { c: [1, { d: 2, e: 3 }] } })).not.toBe(one);
});

test('fields that are more than any request has keep the order in which they came', () => {
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, i]));
  const one = fingerprint('createCall', many);
  expect(fingerprint('createCall', { ...many })).toBe(one);
  expect(fingerprint('createCall', { ...many, k0: 1 })).not.toBe(one);
  expect(fingerprint('createCall', Object.fromEntries(Object.entries(many).reverse()))).not.toBe(one);
});
