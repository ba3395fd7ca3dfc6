import type { RetryPolicy } from '@redial/call';
import { type FieldError, pointer } from '../shared/field-error.ts';
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

/** So many retries may come one upon the other; more are rung at a pace that a person can bear. */
const closeRetriesMax = 10;
const delaySecondsLeast = 60;

/** A request may not have one phone rung a hundred times in a row. What the operator has configured is the operator's. */
export function hastyRetries({ perDisposition, networkBudget, ...policy }: RetryPolicy): FieldError | undefined {
  const parts = [
    { path: [], ...policy },
    { path: ['networkBudget'], ...networkBudget },
    ...Object.entries(perDisposition).map(([name, own]) => ({
      path: ['perDisposition', name],
      maxRetries: Math.min(own?.maxRetries ?? policy.maxRetries, policy.maxRetries),
      delaySeconds: own?.delaySeconds ?? policy.delaySeconds,
    })),
  ];
  const hasty = parts.find((part) => part.maxRetries > closeRetriesMax && part.delaySeconds < delaySecondsLeast);
  if (hasty === undefined) return undefined;
  const message = `must be at least ${delaySecondsLeast} with more than ${closeRetriesMax} retries`;
  return { field: pointer('retryPolicy', ...hasty.path, 'delaySeconds'), message };
}
