import type { Country } from './country.ts';

/**
 * What people still write, and their country's plan no longer has: until 2019 Mexico dialled 01 in front of a number elsewhere, 044 and 045 in
 * front of a mobile one, and 1 in front of that from abroad (IFT, Plan Técnico Fundamental de Numeración).
 */
const former: Readonly<Partial<Record<Country, RegExp>>> = { MX: /^(?:01|04[45]|1)(?=[0-9]{10}$)/ };

/** National digits without a prefix that has been abolished. */
export function oldForms(national: string, country: Country): string {
  const prefix = former[country];
  return prefix === undefined ? national : national.replace(prefix, '');
}

/** E.164 digits without the 1 that Mexican mobile numbers had behind the country code. */
export function withoutFormerPrefix(digits: string): string {
  return digits.replace(/^521(?=[0-9]{10}$)/, '52');
}
