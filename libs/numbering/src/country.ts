import type { NumberingPlan } from '@redial/call';
import { type CountryCode, getCountryCallingCode, isSupportedCountry, Metadata } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/metadata.max';

export type Country = CountryCode;

/** Whether the library has the numbering plan of this country (ISO 3166-1 alpha-2). */
export const isCountry: (country: string) => country is Country = isSupportedCountry;

/** `IT` → `39`. */
export const callingCodeOf: (country: Country) => string = getCountryCallingCode;

/**
 * The country of a plan: the named one, else the main country of the calling code. That one only decides between two
 * readings.
 */
export function countryOf({ country, countryCode }: NumberingPlan): Country | undefined {
  if (country !== undefined) return isCountry(country) ? country : undefined;
  return countryCode === undefined ? undefined : mainCountry(countryCode);
}

/**
 * The digits before a plan's national numbers. Empty where neither country nor code is known; the configuration refuses
 * that.
 */
export function countryCodeOf(plan: NumberingPlan): string {
  if (plan.countryCode !== undefined) return plan.countryCode;
  const country = countryOf(plan);
  return country === undefined ? '' : callingCodeOf(country);
}

/** `1` → US, `39` → IT: the main one of the countries that share a calling code. The others vary its rules. */
function mainCountry(callingCode: string): Country | undefined {
  const codes: Readonly<Record<string, readonly Country[] | undefined>> = metadata.country_calling_codes;
  return Object.hasOwn(codes, callingCode) ? codes[callingCode]?.[0] : undefined;
}

const prefixes = new Map<Country, RegExp>();

/** What a country dials before a foreign number: `00`, `011`, or `0[0-3]\d` where the caller chooses a carrier. */
export function internationalPrefixOf(country: Country): RegExp {
  const known = prefixes.get(country);
  if (known !== undefined) return known;
  const prefix = new RegExp(`^(?:${planOf(country)?.IDDPrefix() ?? '00'})`);
  prefixes.set(country, prefix);
  return prefix;
}

/** `00`, `011`. Undefined where a country has several. */
export function fixedPrefixOf(country: Country): string | undefined {
  const pattern = internationalPrefixOf(country).source.slice('^(?:'.length, -')'.length);
  return /^[0-9]+$/.test(pattern) ? pattern : undefined;
}

/** The most common one, where a country has several. */
export function usualPrefixOf(country: Country): string {
  return (
    planOf(country)
      ?.defaultIDDPrefix()
      ?.replaceAll(/[^0-9]/g, '') || '00'
  );
}

/** Of numbers behind the country code. */
export function possibleLengthsOf(country: Country): readonly number[] {
  return planOf(country)?.possibleLengths() ?? [];
}

function planOf(country: Country): Metadata['numberingPlan'] {
  const all = new Metadata();
  all.selectNumberingPlan(country);
  return all.numberingPlan;
}
