import type { NumberFacts, NumberingPlan } from '@redial/call';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { countryCodeOf } from './country.ts';

/** Calling codes of several countries, each of which is abroad for the others. Elsewhere a code is one country with its islands. */
const sharedCodes = ['1', '7'];

/** Premium rates; and personal numbers (+44 70 …), which forward to anywhere at the caller's cost and are abused like them. */
const costly = ['PREMIUM_RATE', 'PERSONAL_NUMBER'];

/** What the countries' own plans say of E.164 digits, seen from a tenant's plan. */
export function numberFacts(e164: string, plan: NumberingPlan): NumberFacts {
  const number = parsePhoneNumberFromString(`+${e164}`, { extract: false });
  const code = countryCodeOf(plan);
  const { country } = plan;
  const sharesCode = e164.startsWith(code);
  const isOther =
    sharedCodes.includes(code) && country !== undefined && number?.country !== undefined && number.country !== country;
  return { isPremium: costly.includes(number?.getType() ?? ''), isAbroad: !sharesCode || isOther };
}
