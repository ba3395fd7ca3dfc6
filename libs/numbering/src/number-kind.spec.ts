import { expect, test } from 'vitest';
import { numberFacts } from './number-kind.ts';

const plan = { countryCode: '44', country: 'GB' } as const;

test.each([
  ['447911123456', false, 'a mobile'],
  ['442079460018', false, 'London'],
  ['447012345678', true, 'a personal number, which forwards to anywhere'],
  ['449098790000', true, 'a premium rate'],
  ['4490987900001', true, 'a premium rate with a digit too many'],
  ['44909879000', true, 'one with a digit too few'],
  ['36901234567', true, 'a Hungarian one with a digit too many'],
  ['398991234567', true, 'an Italian one'],
  ['490900123456', true, 'a German one'],
  ['4930123456', false, 'Berlin'],
  ['4915112345678', false, 'a German mobile'],
  ['393931234567', false, 'an Italian mobile'],
])('%s: costly is %s (%s)', (e164, isPremium) => {
  expect(numberFacts(e164, plan).isPremium).toBe(isPremium);
});
