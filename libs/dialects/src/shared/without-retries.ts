import type { RetryPolicy } from '@redial/call';

/**
 * The policy of a vendor's call for now. A person has clicked and is waiting: whatever the outcome, a fault of the
 * network included, the first phone does not ring again later.
 */
export const withoutRetries: RetryPolicy = {
  maxRetries: 0,
  delaySeconds: 0,
  perDisposition: {},
  until: 'connected',
  networkBudget: { maxRetries: 0, windowSeconds: 0, delaySeconds: 0 },
  retryUnknown: false,
};
