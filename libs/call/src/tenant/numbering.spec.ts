import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { E164Digits, Extension, maskNumber, NumberingPlan } from './numbering.ts';

describe('a masked number', () => {
  it.each([
    ['27821234567', '********567'],
    ['12345', '**345'],
    ['1001', '1001'],
    ['', ''],
  ])('%s is shown as %s', (number, expected) => {
    expect(maskNumber(number)).toBe(expected);
  });

  it('has the length of the number and never more than its last three digits, extensions apart', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{5,15}$/), (number) => {
        const masked = maskNumber(number);
        expect(masked).toHaveLength(number.length);
        expect(masked).toMatch(/^\*{2,}[0-9]{3}$/);
      }),
    );
  });
});

describe('shapes', () => {
  it.each([
    ['1234567', true],
    ['123456789012345', true],
    ['1234567890123456', false],
    ['0123456789', false],
    ['123456', false],
    ['1234567\n', false],
    ['١234567', false],
  ])('E.164 digits %j: %s', (digits, ok) => expect(E164Digits.safeParse(digits).success).toBe(ok));

  it.each([
    ['10', true],
    ['00001001', true],
    ['1', false],
    ['123456789', false],
    ['10a', false],
    ['1001\n', false],
    ['١٠٠١', false],
  ])('extension %j: %s', (extension, ok) => expect(Extension.safeParse(extension).success).toBe(ok));

  it.each([
    ['defaults', { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } }, true],
    ['a country code from 0', { countryCode: '027', nationalNumberLength: { min: 9, max: 9 } }, false],
    ['no length', { countryCode: '27' }, false],
    ['a country and nothing else', { country: 'ZA' }, true],
    ['neither a country nor its code', { nationalNumberLength: { min: 9, max: 9 } }, false],
    ['a country by its name', { country: 'Italy' }, false],
    ['a country in small letters', { country: 'it' }, false],
    ['a length the wrong way round', { countryCode: '27', nationalNumberLength: { min: 10, max: 9 } }, false],
    [
      'a prefix that is no digits',
      { countryCode: '27', nationalPrefix: '+', nationalNumberLength: { min: 9, max: 9 } },
      false,
    ],
  ])('numbering plan with %s: %s', (_what, plan, ok) => expect(NumberingPlan.safeParse(plan).success).toBe(ok));
});
