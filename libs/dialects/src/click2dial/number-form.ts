import { type NumberingPlan, toE164 } from '@redial/call';

/** Digits behind the international prefix: the vendor's 13 to 16 digits, less the two of its `00`. */
const internationalDigits = { min: 11, max: 14 };

/**
 * The vendor's three forms, in the tenant's plan → E.164 digits: its `0…` (10 digits), `27…` (11) and `00…` (13 to 16). They differ in
 * length, so that what begins with 00 and has ten digits is the first, as in the vendor's own sample.
 */
export function numberOf(written: string, plan: NumberingPlan): string | undefined {
  if (!/^[0-9]+$/.test(written)) return undefined;
  const { internationalPrefix, nationalPrefix, countryCode } = plan;
  if (!written.startsWith(internationalPrefix)) return toE164(written, plan);
  const digits = written.length - internationalPrefix.length;
  if (digits >= internationalDigits.min && digits <= internationalDigits.max) return toE164(written, plan);
  return nationalPrefix !== '' && written.startsWith(nationalPrefix)
    ? toE164(`+${countryCode}${written.slice(nationalPrefix.length)}`, plan)
    : undefined;
}

/** A caller ID has the first two forms alone. */
export function callerIdNumberOf(written: string, plan: NumberingPlan): string | undefined {
  return written.startsWith(plan.internationalPrefix) ? undefined : numberOf(written, plan);
}

/** The two forms of a caller ID in words, for an error. */
export function callerIdForms({
  countryCode,
  nationalPrefix,
  nationalNumberLength: { min, max },
}: NumberingPlan): string {
  const form = (prefix: string): string => digitsFrom(prefix, min + prefix.length, max + prefix.length);
  return [...(nationalPrefix === '' ? [] : [form(nationalPrefix)]), form(countryCode)].join(', ');
}

/** The three forms of a number in words. */
export function numberForms(plan: NumberingPlan): string {
  const { internationalPrefix: prefix } = plan;
  const { min, max } = internationalDigits;
  return `${callerIdForms(plan)}, ${digitsFrom(prefix, min + prefix.length, max + prefix.length)}`;
}

function digitsFrom(prefix: string, min: number, max: number): string {
  return `${min === max ? min : `${min} to ${max}`} digits from ${prefix}`;
}
