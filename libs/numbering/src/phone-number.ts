import { type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import type { Country } from './country.ts';

/** A number that is the whole text. A number inside a longer text does not count. */
export function parsed(text: string, defaultCountry?: Country): PhoneNumber | undefined {
  return parsePhoneNumberFromString(text, { extract: false, ...(defaultCountry !== undefined && { defaultCountry }) });
}

/** Whether a country's plan has such a number. */
export function isAssigned(e164: string): boolean {
  return parsed(`+${e164}`)?.isValid() === true;
}
