import type { NumberFacts, NumberingPlan } from '@redial/call';
import type { PhoneNumber } from 'libphonenumber-js/max';
import { countryCodeOf } from './country.ts';
import { parsed } from './phone-number.ts';

/**
 * Calling codes that several countries share. Each of these countries is abroad for the others. Any other code is one
 * country with its islands.
 */
const sharedCodes = ['1', '7'];

/**
 * Premium rates, and personal numbers (+44 70 …). The latter forward to anywhere at the caller's cost, and fraud uses
 * both.
 */
const costly = ['PREMIUM_RATE', 'PERSONAL_NUMBER'];

/** The facts of the countries' own plans about E.164 digits, seen from a tenant's plan. */
export function numberFacts(e164: string, plan: NumberingPlan): NumberFacts {
  const number = parsed(`+${e164}`);
  const code = countryCodeOf(plan);
  const { country } = plan;
  const sharesCode = e164.startsWith(code);
  const isOther =
    sharedCodes.includes(code) && country !== undefined && number?.country !== undefined && number.country !== country;
  return { isPremium: isCostly(e164, number), isAbroad: !sharesCode || isOther };
}

/**
 * Carriers route by the first digits. They may connect a number of a costly range that has a digit too many, or some
 * too few. So where the plan has no such number, its shorter and longer ones are checked.
 */
function isCostly(e164: string, number: PhoneNumber | undefined): boolean {
  if (number?.isValid()) return costly.includes(number.getType() ?? '');
  return neighboursOf(e164).some((digits) => costly.includes(parsed(`+${digits}`)?.getType() ?? ''));
}

const digitsTooMany = 4;
const digitsTooFew = 4;

function neighboursOf(e164: string): string[] {
  const shorter = Array.from({ length: digitsTooMany }, (_, n) => e164.slice(0, -1 - n));
  const longer = Array.from({ length: digitsTooFew }, (_, n) => n + 1).flatMap((length) =>
    [...'0123456789'].map((digit) => e164 + digit.repeat(length)),
  );
  return [...shorter, ...longer];
}
