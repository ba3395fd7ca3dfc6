import { destinationRuleOf } from '@redial/call';
import type { FieldError } from '@redial/dialects';
import type { Metrics } from '@redial/platform';

/** Counts requests for numbers that may not be rung: toll fraud begins with such tries. */
export function countRefused(metrics: Pick<Metrics, 'destinationRefused'>, errors: readonly FieldError[]): void {
  for (const { message } of errors) {
    const rule = destinationRuleOf(message);
    if (rule !== undefined) metrics.destinationRefused(rule);
  }
}
