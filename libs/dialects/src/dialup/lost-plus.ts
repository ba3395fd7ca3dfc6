import { type NumberingPlan, toE164 } from '@redial/call';

/**
 * A `+` that was not encoded arrives as a space: so the form of URLs and bodies has it. It is given back where the number is the same without
 * it; a space in front of anything else may be just that, and stays.
 */
export function restorePlus(written: string, plan: NumberingPlan): string {
  const digits = written.slice(1);
  const e164 = toE164(digits, plan);
  const isLost = written.startsWith(' ') && e164 !== undefined && e164 === toE164(`+${digits}`, plan);
  return isLost ? `+${digits}` : written;
}
