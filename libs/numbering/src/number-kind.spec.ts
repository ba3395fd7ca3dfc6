import { expect, test } from 'vitest';
import { numberFacts } from './number-kind.ts';

const plan = { countryCode: '44', country: 'GB' } as const;

test.each([
  ['447911123456', false, 'a mobile'],
  ['442079460018', false, 'London'],
  ['447012345678', true, 'a personal number, which forwards to anywhere'],
  ['449098790000', true, 'a premium rate'],
])('%s: costly is %s (%s)', (e164, isPremium) => {
  expect(numberFacts(e164, plan).isPremium).toBe(isPremium);
});
