import type { RetryPolicy } from '@redial/call';

/**
 * The policy of a vendor's call for now. Somebody clicked, and is there: whatever comes of it, the first phone does not ring again later, for a
 * fault of the network either.
 */
export const withoutRetries: RetryPolicy = {
  maxRetries: 0,
  delaySeconds: 0,
  perDisposition: {},
  until: 'connected',
  networkBudget: { maxRetries: 0, windowSeconds: 0, delaySeconds: 0 },
  retryUnknown: false,
};
