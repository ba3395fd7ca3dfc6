import type { Country } from './country.ts';

/**
 * Forms that people still write, and that their country's plan no longer has. Until 2019 Mexico dialled 01 before a
 * number elsewhere, and 044 or 045 before a mobile one. Calls from abroad dialled 1 before a mobile one (IFT, Plan
 * Técnico Fundamental de Numeración).
 */
const former: Readonly<Partial<Record<Country, RegExp>>> = { MX: /^(?:01|04[45]|1)(?=[0-9]{10}$)/ };

/** National digits without an abolished prefix. */
export function oldForms(national: string, country: Country): string {
  const prefix = former[country];
  return prefix === undefined ? national : national.replace(prefix, '');
}

/** E.164 digits without the 1 that Mexican mobile numbers had behind the country code. */
export function withoutFormerPrefix(digits: string): string {
  return digits.replace(/^521(?=[0-9]{10}$)/, '52');
}
