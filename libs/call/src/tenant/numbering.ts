import { z } from 'zod';
import type { Result } from '../result.ts';

/** Digits of an E.164 number without the `+`: 7 to 15 ASCII digits, no leading zero (ITU-T E.164 §6). */
export const E164Digits = z
  .string()
  .regex(/^[1-9][0-9]{6,14}$/, 'an E.164 number: 7 to 15 digits, no leading zero, such as 27711234567');

/** A tenant's own extension. ASCII digits alone: `\d` of other languages' `u` flag would accept ٣. */
export const extensionShape = /^[0-9]{2,8}$/;
export const Extension = z.string().regex(extensionShape, 'an extension: 2 to 8 digits, such as 1001');

/**
 * How a tenant writes numbers: as people of its country do. Each other field replaces the country's own value. A plan
 * without a country needs `countryCode` and `nationalNumberLength`, and has `00` and `0` for the prefixes. `0027…` is
 * international, `082…` national, `27…` the country's own digits.
 */
export const NumberingPlan = z
  .strictObject({
    /** Another library checks that the country exists. */
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'a country: two capital letters (ISO 3166-1), such as IT')
      .optional(),
    countryCode: z
      .string()
      .regex(/^[1-9][0-9]{0,2}$/, 'a country code: 1 to 3 digits, such as 27')
      .optional(),
    internationalPrefix: z
      .string()
      .regex(/^[0-9]{1,4}$/, 'a dialling prefix: 1 to 4 digits, such as 00')
      .optional(),
    nationalPrefix: z
      .string()
      .regex(/^[0-9]{0,2}$/, 'a dialling prefix: up to 2 digits, such as 0')
      .optional(),
    /** Length of a number behind the country code, in digits. */
    nationalNumberLength: z
      .strictObject({ min: z.int().min(1).max(14), max: z.int().min(1).max(14) })
      .refine((l) => l.min <= l.max, { message: 'must not be less than min', path: ['max'] })
      .optional(),
  })
  .superRefine(({ country, countryCode, nationalNumberLength }, context) => {
    if (country !== undefined) return;
    const missing = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (countryCode === undefined)
      missing('countryCode', 'is missing, and so is country: one of them is needed to choose the plan');
    if (nationalNumberLength === undefined)
      missing('nationalNumberLength', 'is missing, and so is country: one of them is needed for the length of numbers');
  });
export type NumberingPlan = z.infer<typeof NumberingPlan>;

/** The result of reading a number: E.164 digits. `readings`: several numbers fit, so none is chosen. */
export type NumberResult = Result<string, { readonly readings?: readonly string[] }>;

/**
 * Reads a caller's number by a tenant's plan. The countries' plans are outside of the core; the caller provides this
 * function.
 */
export type NumberReader = (written: string, plan: NumberingPlan) => NumberResult;

/** A number that is safe in logs, dashboards and job data: the last three digits, the rest starred. */
export function maskNumber(number: string): string {
  return number.length <= 4 ? number : '*'.repeat(number.length - 3) + number.slice(-3);
}
