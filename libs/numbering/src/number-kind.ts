import type { NumberFacts, NumberingPlan } from '@redial/call';
import type { PhoneNumber } from 'libphonenumber-js/max';
import { countryCodeOf } from './country.ts';
import { parsed } from './phone-number.ts';

/** Calling codes of several countries, each of which is abroad for the others. Elsewhere a code is one country with its islands. */
const sharedCodes = ['1', '7'];

/** Premium rates; and personal numbers (+44 70 …), which forward to anywhere at the caller's cost and are abused like them. */
const costly = ['PREMIUM_RATE', 'PERSONAL_NUMBER'];

/** What the countries' own plans say of E.164 digits, seen from a tenant's plan. */
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
 * Carriers route by the first digits: a number of a costly range that has a digit too many, or some too few, may be put through all the same. So
 * where the plan has no such number, those that it has with fewer digits or more are looked at.
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
