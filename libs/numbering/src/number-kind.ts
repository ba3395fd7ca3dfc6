import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

export interface NumberKind {
  /** ISO 3166-1 alpha-2; undefined: of no country (satellites, international networks), or not known. */
  readonly country: string | undefined;
  /** Whoever calls it pays the one who is called. */
  readonly isPremium: boolean;
}

/** What the countries' own plans say of E.164 digits. */
export function numberKind(e164: string): NumberKind {
  const number = parsePhoneNumberFromString(`+${e164}`, { extract: false });
  return { country: number?.country, isPremium: number?.getType() === 'PREMIUM_RATE' };
}
