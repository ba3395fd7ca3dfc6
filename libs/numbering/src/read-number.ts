import { E164Digits, type NumberingPlan, type NumberResult } from '@redial/call';
import type { PhoneNumber } from 'libphonenumber-js/max';
import { type Country, countryCodeOf, countryOf, fixedPrefixOf, internationalPrefixOf } from './country.ts';
import { nationalPrefixIn } from './number-forms.ts';
import { oldForms, withoutFormerPrefix } from './old-forms.ts';
import { isAssigned, parsed } from './phone-number.ts';

/** Ways to read a written number, as E.164 digits. */
interface Readings {
  /** With a mark in front: `+`, the prefix for abroad, the trunk prefix, the country's own code. */
  readonly marked: readonly string[];
  /**
   * National digits without the trunk prefix that people of the country write: a spreadsheet removes a leading zero.
   */
  readonly bare: readonly string[];
}

/**
 * A number as people of this plan's country write it → its E.164 digits. Only digits, with at most a `+` in front:
 * spaces, dashes and brackets are refused, so that exactly the written number is dialled.
 *
 * Every reading is tried. A reading that a country's plan has wins over one that only has a possible length. Two
 * readings that remain are two different numbers: then neither is dialled.
 */
export function readNumber(written: string, plan: NumberingPlan): NumberResult {
  if (!/^\+?[0-9]{2,20}$/.test(written)) return { ok: false };
  const { marked, bare } = readingsOf(written, plan);
  if (bare.length === 0 || marked.some(isAssigned)) return decide(marked);
  return decide([...marked, ...bare]);
}

function decide(readings: readonly string[]): NumberResult {
  const distinct = [...new Set(readings)].filter((digits) => E164Digits.safeParse(digits).success);
  const [first, second] = distinct;
  if (first === undefined) return { ok: false };
  if (second === undefined) return { ok: true, value: first };
  const assigned = distinct.filter(isAssigned);
  const [only, other] = assigned;
  if (only !== undefined && other === undefined) return { ok: true, value: only };
  return { ok: false, readings: assigned.length > 0 ? assigned : distinct };
}

function readingsOf(written: string, plan: NumberingPlan): Readings {
  if (written.startsWith('+')) return { marked: international(written.slice(1), plan), bare: [] };
  return plan.country === undefined ? { marked: byTheFields(written, plan), bare: [] } : byTheCountry(written, plan);
}

/** A plan without a country: its own fields define the forms. */
function byTheFields(written: string, plan: NumberingPlan): string[] {
  const { internationalPrefix = '00', nationalPrefix = '0' } = plan;
  const code = countryCodeOf(plan);
  if (written.startsWith(internationalPrefix)) return international(written.slice(internationalPrefix.length), plan);
  const own = written.startsWith(code) ? international(written, plan) : [];
  if (nationalPrefix !== '' && written.startsWith(nationalPrefix)) {
    const national = ownNumber(written.slice(nationalPrefix.length), plan);
    return nationalPrefix === code ? [...national, ...own] : national;
  }
  // Without a trunk prefix, or with the country code as the trunk prefix, national digits may be alone.
  const isBare = nationalPrefix === '' || nationalPrefix === code;
  return isBare ? [...ownNumber(written, plan), ...own] : own;
}

function byTheCountry(written: string, plan: NumberingPlan): Readings {
  const country = countryOf(plan);
  if (country === undefined) return { marked: [], bare: [] };
  const own = written.startsWith(countryCodeOf(plan)) ? international(written, plan) : [];
  const national = nationalReadings(written, plan, country);
  return { marked: [...fromAbroad(written, plan, country), ...national.marked, ...own], bare: national.bare };
}

/**
 * Digits behind the prefix for abroad. Where the prefix names a carrier, as Singapore's 001, its end is not certain:
 * `00` alone and every `00` with a digit are tried. A reading counts only where a number of possible length follows.
 */
function fromAbroad(written: string, plan: NumberingPlan, country: Country): string[] {
  const fixed = plan.internationalPrefix ?? fixedPrefixOf(country);
  if (fixed !== undefined) return written.startsWith(fixed) ? international(written.slice(fixed.length), plan) : [];
  const [prefix = ''] = internationalPrefixOf(country).exec(written) ?? [];
  const lengths = [...new Set([prefix.length, ...(written.startsWith('00') ? [2, 3] : [])])];
  return lengths
    .filter((length) => length > 0)
    .map((length) => written.slice(length))
    .filter((digits) => !digits.startsWith('0') && parsed(`+${digits}`)?.isPossible())
    .flatMap((digits) => international(digits, plan));
}

function nationalReadings(written: string, plan: NumberingPlan, country: Country): Readings {
  if (plan.nationalPrefix !== undefined) return byOwnPrefix(written, plan, plan.nationalPrefix);
  const digits = oldForms(written, country);
  const code = countryCodeOf(plan);
  // Read as digits behind the country code, so that a national number does not count as one that begins with that code.
  const read = [parsed(`+${code}${digits}`), digits.startsWith(code) ? undefined : parsed(digits, country)];
  const readings = read.flatMap((number) => (number?.countryCallingCode === code ? possible(number, plan) : []));
  const isMarked =
    nationalPrefixIn(plan) === '' || digits !== written || readings.some((e164) => e164 !== code + digits);
  return isMarked ? { marked: readings, bare: [] } : { marked: [], bare: readings };
}

function byOwnPrefix(written: string, plan: NumberingPlan, prefix: string): Readings {
  if (prefix === '') return { marked: ownNumber(written, plan), bare: [] };
  if (written.startsWith(prefix)) return { marked: ownNumber(written.slice(prefix.length), plan), bare: [] };
  return { marked: [], bare: ownNumber(written, plan) };
}

/** Digits behind the country code, without a trunk prefix. */
function ownNumber(national: string, plan: NumberingPlan): string[] {
  const code = countryCodeOf(plan);
  if (plan.nationalNumberLength !== undefined) return fits(national, plan) ? [code + national] : [];
  const number = parsed(`+${code}${national}`);
  return number === undefined ? [] : possible(number, plan);
}

/** Digits from the country code on. A trunk prefix that was left in, as in +44 07700 900123, is removed. */
function international(written: string, plan: NumberingPlan): string[] {
  const digits = withoutFormerPrefix(written);
  const code = countryCodeOf(plan);
  if (digits.startsWith(code) && plan.nationalNumberLength !== undefined)
    return fits(digits.slice(code.length), plan) ? [digits] : [];
  const number = digits.startsWith('0') ? undefined : parsed(`+${digits}`);
  if (number?.countryCallingCode === code) return possible(number, plan);
  const read = number?.isPossible() ? digitsOf(number) : digits;
  return [read === digits || isReadAsItself(read) ? read : digits];
}

/** Where two prefixes were left in, as in +971 00 4860958, it is not certain which is wrong: neither is removed. */
function isReadAsItself(digits: string): boolean {
  const number = parsed(`+${digits}`);
  return number === undefined || digitsOf(number) === digits;
}

function possible(number: PhoneNumber, plan: NumberingPlan): string[] {
  const fitting =
    plan.nationalNumberLength === undefined
      ? number.isPossible() && (number.isValid() || !keepsPrefix(number))
      : fits(number.nationalNumber, plan);
  return fitting ? [digitsOf(number)] : [];
}

/** A trunk prefix, or the prefix for abroad, is still in front: only a valid number of the country may begin so. */
function keepsPrefix(number: PhoneNumber): boolean {
  const national = digitsOf(number).slice(number.countryCallingCode.length);
  return national.startsWith('0') || (number.countryCallingCode === '1' && national.startsWith('1'));
}

function fits(national: string, { nationalNumberLength: length }: NumberingPlan): boolean {
  return length === undefined || (national.length >= length.min && national.length <= length.max);
}

function digitsOf(number: PhoneNumber): string {
  return number.number.slice(1);
}
