import { jitterMs } from '../retry/retry.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * From a failed try to the next. The schedule that the Standard Webhooks specification suggests, after the immediate
 * first try.
 */
export const retryDelaysMs: readonly number[] = [
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/**
 * How long to wait after so many failed tries, and no less than the receiver requested (`requestedMs`). Undefined after
 * the last try. Up to a tenth is added, derived from the delivery's id and the try: deliveries that failed together
 * come back at different times.
 */
export function nextTryAfterMs(triesMade: number, deliveryId: string, requestedMs = 0): number | undefined {
  const scheduledMs = retryDelaysMs[triesMade - 1];
  if (scheduledMs === undefined) return undefined;
  const delayMs = Math.max(scheduledMs, requestedMs);
  return delayMs + jitterMs(`${deliveryId}.${triesMade}`, delayMs);
}
