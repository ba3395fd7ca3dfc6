import type { NumberingPlan, NumberResult } from '@redial/call';
import {
  countryCodeOf,
  internationalPrefixIn,
  nationalLengthOf,
  nationalPrefixIn,
  readNumber,
} from '@redial/numbering';

/** Digits after the international prefix: the vendor's 13 to 16 digits without its `00`. */
const internationalDigits = { min: 11, max: 14 };

/**
 * The vendor's three forms, in the tenant's plan → E.164 digits: its `0…` (10 digits), `27…` (11) and `00…` (13 to 16).
 * The length decides: ten digits from 00 are the first form, as in the vendor's own sample.
 */
export function numberOf(written: string, plan: NumberingPlan): NumberResult {
  if (!/^[0-9]+$/.test(written)) return { ok: false };
  const prefix = internationalPrefixIn(plan);
  if (!written.startsWith(prefix)) return readNumber(written, plan);
  const digits = written.length - prefix.length;
  if (digits >= internationalDigits.min && digits <= internationalDigits.max) return readNumber(written, plan);
  const trunk = nationalPrefixIn(plan);
  return trunk !== '' && written.startsWith(trunk)
    ? readNumber(`+${countryCodeOf(plan)}${written.slice(trunk.length)}`, plan)
    : { ok: false };
}

/** A caller ID has only the first two forms. */
export function callerIdNumberOf(written: string, plan: NumberingPlan): NumberResult {
  return written.startsWith(internationalPrefixIn(plan)) ? { ok: false } : numberOf(written, plan);
}

/** The two forms of a caller ID in words, for an error. */
export function callerIdForms(plan: NumberingPlan): string {
  const { min, max } = nationalLengthOf(plan);
  const trunk = nationalPrefixIn(plan);
  const form = (prefix: string): string => digitsFrom(prefix, min + prefix.length, max + prefix.length);
  return [trunk === '' ? digitsOf(min, max) : form(trunk), form(countryCodeOf(plan))].join(', ');
}

/** The three forms of a number in words. */
export function clickNumberForms(plan: NumberingPlan): string {
  const prefix = internationalPrefixIn(plan);
  const { min, max } = internationalDigits;
  return `${callerIdForms(plan)}, ${digitsFrom(prefix, min + prefix.length, max + prefix.length)}`;
}

function digitsFrom(prefix: string, min: number, max: number): string {
  return `${digitsOf(min, max)} from ${prefix}`;
}

function digitsOf(min: number, max: number): string {
  return `${min === max ? min : `${min} to ${max}`} digits`;
}
