import { z } from 'zod';

/** Digits of an E.164 number without the `+`: 7 to 15 ASCII digits, no leading zero (ITU-T E.164 §6). */
export const E164Digits = z.string().regex(/^[1-9][0-9]{6,14}$/, 'an E.164 number: 7 to 15 digits, no leading zero');

/** A tenant's own extension. ASCII digits alone: `\d` with the `u` flag of other languages would let ٣ through. */
export const extensionShape = /^[0-9]{2,8}$/;
export const Extension = z.string().regex(extensionShape, 'an extension: 2 to 8 digits');

/**
 * How a tenant writes numbers. `0027…` is international, `082…` national, `27…` the country's own digits.
 * Source of the defaults: the click2dial page (10 digits from 0, 11 from 27, 13 to 16 from 00).
 */
export const NumberingPlan = z.strictObject({
  countryCode: z.string().regex(/^[1-9][0-9]{0,2}$/, 'a country code: 1 to 3 digits'),
  internationalPrefix: z
    .string()
    .regex(/^[0-9]{1,4}$/, 'a dialling prefix: 1 to 4 digits')
    .default('00'),
  nationalPrefix: z
    .string()
    .regex(/^[0-9]{0,2}$/, 'a dialling prefix: up to 2 digits')
    .default('0'),
  /** Length of a number behind the country code, in digits. */
  nationalNumberLength: z
    .strictObject({ min: z.int().min(1).max(14), max: z.int().min(1).max(14) })
    .refine((l) => l.min <= l.max, { message: 'must not be less than min', path: ['max'] }),
});
export type NumberingPlan = z.infer<typeof NumberingPlan>;

/**
 * A number as people of this plan write it → E.164 digits, or undefined where the plan does not know the form.
 * Spaces, dashes and brackets are not forgiven: what was typed is what is dialled, or nothing is.
 */
export function toE164(written: string, plan: NumberingPlan): string | undefined {
  const digits = e164Candidate(written, plan);
  return digits !== undefined && E164Digits.safeParse(digits).success && fitsPlan(digits, plan) ? digits : undefined;
}

function e164Candidate(written: string, plan: NumberingPlan): string | undefined {
  if (/^\+[0-9]+$/.test(written)) return written.slice(1);
  if (!/^[0-9]+$/.test(written)) return undefined;
  if (written.startsWith(plan.internationalPrefix)) return written.slice(plan.internationalPrefix.length);
  if (plan.nationalPrefix !== '' && written.startsWith(plan.nationalPrefix)) {
    return plan.countryCode + written.slice(plan.nationalPrefix.length);
  }
  return written.startsWith(plan.countryCode) ? written : undefined;
}

function fitsPlan(digits: string, plan: NumberingPlan): boolean {
  if (!digits.startsWith(plan.countryCode)) return true;
  const national = digits.length - plan.countryCode.length;
  return national >= plan.nationalNumberLength.min && national <= plan.nationalNumberLength.max;
}

/** A number safe to show in logs, dashboards and job data: the last three digits, the rest starred. */
export function maskNumber(number: string): string {
  return number.length <= 4 ? number : '*'.repeat(number.length - 3) + number.slice(-3);
}
