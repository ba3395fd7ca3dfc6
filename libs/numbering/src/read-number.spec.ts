import { NumberingPlan } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readNumber } from './read-number.ts';

function toE164(written: string, plan: NumberingPlan): string | undefined {
  const number = readNumber(written, plan);
  return number.ok ? number.value : undefined;
}

const southAfrica = NumberingPlan.parse({ countryCode: '27', nationalNumberLength: { min: 9, max: 9 } });
const northAmerica = NumberingPlan.parse({
  countryCode: '1',
  internationalPrefix: '011',
  nationalPrefix: '1',
  nationalNumberLength: { min: 10, max: 10 },
});
const italy = NumberingPlan.parse({ countryCode: '39', nationalPrefix: '', nationalNumberLength: { min: 6, max: 11 } });

describe('a number of a plan that names no country', () => {
  it.each([
    ['national, 10 digits from 0', '0821234567', southAfrica, '27821234567'],
    ['the country’s own, 11 digits from 27', '27821234567', southAfrica, '27821234567'],
    ['international, 13 digits from 00', '0027821234567', southAfrica, '27821234567'],
    ['international, another country', '00447700900123', southAfrica, '447700900123'],
    ['international, 16 digits from 00', '0049123456789012', southAfrica, '49123456789012'],
    ['with a plus', '+27821234567', southAfrica, '27821234567'],
    ['with a plus, another country', '+12125550123', southAfrica, '12125550123'],
    ['national with trunk prefix 1', '12125550123', northAmerica, '12125550123'],
    ['international with 011', '01127821234567', northAmerica, '27821234567'],
    ['no national prefix at all', '390612345678', italy, '390612345678'],
  ])('%s', (_what, written, plan, expected) => {
    expect(toE164(written, plan)).toBe(expected);
  });

  it.each([
    ['a digit short', '082123456', southAfrica],
    ['a digit more', '08212345678', southAfrica],
    ['a digit short behind the country code', '+2782123456', southAfrica],
    ['neither form', '821234567', southAfrica],
    ['an emergency number', '112', southAfrica],
    ['a national prefix behind the country code', '+270821234567', southAfrica],
    ['a country code that starts with 0', '+0821234567', southAfrica],
    ['16 digits', '+4912345678901234', southAfrica],
    ['6 digits', '+491234', southAfrica],
    ['a plus alone', '+', southAfrica],
    ['two pluses', '++27821234567', southAfrica],
    ['the prefix alone', '00', southAfrica],
    ['nothing', '', southAfrica],
    ['blanks', '082 123 4567', southAfrica],
    ['dashes', '082-123-4567', southAfrica],
    ['brackets', '(082)1234567', southAfrica],
    ['letters', '0821234abc', southAfrica],
    ['Arabic digits', '٠٨٢١٢٣٤٥٦٧', southAfrica],
    ['full-width digits', '０８２１２３４５６７', southAfrica],
    ['a line feed behind', '0821234567\n', southAfrica],
    ['a carriage return and a second action', '0821234567\r\nAction: Hangup', southAfrica],
    ['a second destination', '0821234567&0829999999', southAfrica],
    ['an option of Dial', '0821234567,30', southAfrica],
    ['a semicolon', '0821234567;x', southAfrica],
    ['a bar', '0821234567|x', southAfrica],
    ['a variable', `\${EXTEN}`, southAfrica],
    ['a channel', 'sip:any@where', southAfrica],
    ['a domain', '0821234567@carrier', southAfrica],
    ['a NUL', '0821234567\0', southAfrica],
  ])('refuses %s', (_what, written, plan) => {
    expect(toE164(written, plan)).toBeUndefined();
  });

  const plans = fc.constantFrom(southAfrica, northAmerica, italy);
  const typed = fc.string({ unit: fc.constantFrom(...'0123456789+٣４ &,;|{}$@\r\n\0-'), maxLength: 20 });

  it('the result is always E.164 digits', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'grapheme' }), typed), plans, (written, plan) => {
        expect(toE164(written, plan) ?? '1234567').toMatch(/^[1-9][0-9]{6,14}$/);
      }),
      { numRuns: 300 },
    );
  });

  it('a text other than ASCII digits after at most one plus is refused', () => {
    fc.assert(
      fc.property(typed, plans, (written, plan) => {
        if (!/^\+?[0-9]+$/.test(written) || written.includes('\n')) expect(toE164(written, plan)).toBeUndefined();
      }),
      { numRuns: 1_000 },
    );
  });

  it('a result is read as itself, with a plus or with the international prefix', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9][0-9]{6,14}$/), plans, (digits, plan) => {
        const e164 = toE164(`+${digits}`, plan);
        expect(toE164((plan.internationalPrefix ?? '00') + digits, plan)).toBe(e164);
        if (e164 !== undefined) expect(toE164(`+${e164}`, plan)).toBe(e164);
      }),
    );
  });
});
