import type { NumberingPlan } from '@redial/call';
import examples from 'libphonenumber-js/examples.mobile';
import { getExampleNumber } from 'libphonenumber-js/max';
import { countryCodeOf, countryOf, fixedPrefixOf, possibleLengthsOf, usualPrefixOf } from './country.ts';

/** A number of the plan as people write it, for an error's list of allowed forms: `0711234567 or +27711234567`. */
export function numberForms(plan: NumberingPlan): string {
  return [...new Set(formsOf(plan))].join(' or ');
}

function formsOf(plan: NumberingPlan): string[] {
  const { written, digits } = exampleOf(plan);
  return [written, `+${countryCodeOf(plan)}${digits}`];
}

interface Example {
  /** As people of the country write it. */
  readonly written: string;
  /** The trunk prefix. Empty where there is none. */
  readonly prefix: string;
  /** Behind the country code. */
  readonly digits: string;
}

const examplesOfPlans = new WeakMap<NumberingPlan, Example>();

function exampleOf(plan: NumberingPlan): Example {
  const known = examplesOfPlans.get(plan) ?? makeExample(plan);
  examplesOfPlans.set(plan, known);
  return known;
}

function makeExample(plan: NumberingPlan): Example {
  const country = countryOf(plan);
  const example = country === undefined ? undefined : getExampleNumber(country, examples);
  const usual = example?.formatNational().replaceAll(/[^0-9]/g, '') ?? '';
  const own = example?.nationalNumber ?? '';
  const { min, max } = plan.nationalNumberLength ?? { min: 1, max: 15 };
  const digits = own !== '' && own.length >= min && own.length <= max ? own : '2345678901234'.slice(0, max);
  const prefix = plan.nationalPrefix ?? (plan.country === undefined ? '0' : trunkPrefix(usual, own));
  const isUsual = digits === own && prefix === trunkPrefix(usual, own);
  return { written: isUsual ? usual : prefix + digits, prefix, digits };
}

/** Argentina's mobile numbers are written with 15 inside. Their prefix is still the 0 in front. */
function trunkPrefix(written: string, digits: string): string {
  if (written.endsWith(digits)) return written.slice(0, written.length - digits.length);
  return written.startsWith('0') ? '0' : '';
}

/** The digits that replace a `+` where only digits can be dialled. */
export function internationalPrefixIn(plan: NumberingPlan): string {
  if (plan.internationalPrefix !== undefined) return plan.internationalPrefix;
  const country = plan.country === undefined ? undefined : countryOf(plan);
  if (country === undefined) return '00';
  return fixedPrefixOf(country) ?? usualPrefixOf(country);
}

/** The trunk prefix. Empty where the plan has none. */
export function nationalPrefixIn(plan: NumberingPlan): string {
  return exampleOf(plan).prefix;
}

/** Lengths of a number behind the country code. */
export function nationalLengthOf(plan: NumberingPlan): { readonly min: number; readonly max: number } {
  if (plan.nationalNumberLength !== undefined) return plan.nationalNumberLength;
  const country = countryOf(plan);
  const lengths = country === undefined ? [] : possibleLengthsOf(country);
  return { min: Math.min(14, ...lengths), max: Math.max(1, ...lengths) };
}
