import { destinationRuleOf } from '@redial/call';
import type { FieldError } from '@redial/dialects';
import type { Metrics } from '@redial/platform';

/** Who asks for numbers that may not be rung is worth a look: toll fraud begins with trying. */
export function countRefused(metrics: Pick<Metrics, 'destinationRefused'>, errors: readonly FieldError[]): void {
  for (const { message } of errors) {
    const rule = destinationRuleOf(message);
    if (rule !== undefined) metrics.destinationRefused(rule);
  }
}
