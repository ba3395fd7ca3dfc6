import type { RetryPolicy } from '@redial/call';
import type { RetryPolicyChange } from './schema.ts';

/** A call's own wishes over its tenant's policy: what is left out, at every depth, stays as the tenant has it. */
export function mergeRetryPolicy(own: RetryPolicy, change: RetryPolicyChange | undefined): RetryPolicy {
  if (change === undefined) return own;
  const { perDisposition = {}, networkBudget = {}, ...rest } = change;
  const dispositions = Object.entries(perDisposition).map(
    ([name, wish]) => [name, { ...own.perDisposition[name as keyof typeof own.perDisposition], ...wish }] as const,
  );
  return {
    ...own,
    ...(rest as Partial<RetryPolicy>),
    perDisposition: { ...own.perDisposition, ...Object.fromEntries(dispositions) },
    networkBudget: { ...own.networkBudget, ...(networkBudget as Partial<RetryPolicy['networkBudget']>) },
  };
}
