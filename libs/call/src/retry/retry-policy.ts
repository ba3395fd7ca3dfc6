import { z } from 'zod';
import { calleeDispositions } from '../outcome/disposition.ts';

const delaySeconds = z
  .int()
  .min(0)
  .max(30 * 86_400);
const maxRetries = z.int().min(0).max(100);

/** The settings of one disposition that replace the policy's own. `maxRetries` of the policy bounds all together. */
export const DispositionRetry = z.strictObject({
  maxRetries: maxRetries.optional(),
  delaySeconds: delaySeconds.optional(),
  /** How the delay grows with each attempt that ended so: the same, n times, or 2ⁿ⁻¹ times. At most 30 days. */
  backoff: z.enum(['fixed', 'linear', 'exponential']).optional(),
});
export type DispositionRetry = z.infer<typeof DispositionRetry>;

/** The retry policy, frozen into the call when it is accepted. */
export const RetryPolicy = z.strictObject({
  /** Retries *after* the first attempt. */
  maxRetries,
  /** From the end of the attempt that failed. */
  delaySeconds,
  perDisposition: z.partialRecord(z.enum(calleeDispositions), DispositionRetry).default({}),
  /** When a call has done its work: both sides connected, or dial1 answered. */
  until: z.enum(['connected', 'dial1_answered']).default('connected'),
  /** Faults of the network use up none of the retries above. Each run of faults has this budget of its own. */
  networkBudget: z
    .strictObject({ maxRetries, windowSeconds: z.int().min(0).max(86_400), delaySeconds })
    .default({ maxRetries: 5, windowSeconds: 1_800, delaySeconds: 15 }),
  /**
   * Dial again where it is uncertain whether the attempt rang (the PBX died under it). Off: a person rung twice is
   * worse.
   */
  retryUnknown: z.boolean().default(false),
});
export type RetryPolicy = z.infer<typeof RetryPolicy>;
