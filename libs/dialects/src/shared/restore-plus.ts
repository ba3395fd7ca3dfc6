import type { NumberingPlan } from '@redial/call';
import { readNumber } from '@redial/numbering';

/**
 * A `+` that was not encoded arrives as a space: so the form of URLs and bodies has it. It is given back where the number is the same without
 * it; a space in front of anything else may be just that, and stays.
 */
export function restorePlus(written: string, plan: NumberingPlan): string {
  const digits = written.slice(1);
  if (!written.startsWith(' ')) return written;
  const [bare, signed] = [readNumber(digits, plan), readNumber(`+${digits}`, plan)];
  return bare.ok && signed.ok && bare.e164 === signed.e164 ? `+${digits}` : written;
}
