import type { NumberingPlan } from '@redial/call';
import { readNumber } from '@redial/numbering';

/**
 * In a form or a query, a `+` that was not encoded arrives as a space. It is restored if the number is the same with
 * and without it; any other leading space stays.
 */
export function restorePlus(written: string, plan: NumberingPlan): string {
  const digits = written.slice(1);
  if (!written.startsWith(' ')) return written;
  const [bare, signed] = [readNumber(digits, plan), readNumber(`+${digits}`, plan)];
  return bare.ok && signed.ok && bare.value === signed.value ? `+${digits}` : written;
}
