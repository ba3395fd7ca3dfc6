import type { RetryPolicy } from '@redial/call';
import { type FieldError, pointer } from '../shared/field-error.ts';
import type { RetryPolicyChange } from './schema.ts';

/** A call's own policy over its tenant's: a field that is left out, at every depth, stays as the tenant has it. */
export function mergeRetryPolicy(own: RetryPolicy, change: RetryPolicyChange | undefined): RetryPolicy {
  if (change === undefined) return own;
  const { perDisposition = {}, networkBudget = {}, ...rest } = change;
  const dispositions = Object.entries(perDisposition).map(
    ([name, retry]) => [name, { ...own.perDisposition[name as keyof typeof own.perDisposition], ...retry }] as const,
  );
  return {
    ...own,
    ...(rest as Partial<RetryPolicy>),
    perDisposition: { ...own.perDisposition, ...Object.fromEntries(dispositions) },
    networkBudget: { ...own.networkBudget, ...(networkBudget as Partial<RetryPolicy['networkBudget']>) },
  };
}

/** This many retries may follow each other at once. More need a pause between them. */
const closeRetriesMax = 10;
const delaySecondsLeast = 60;

/** A request must not ring one phone a hundred times in a row. The operator's own policy is not checked. */
export function tooFastRetries({ perDisposition, networkBudget, ...policy }: RetryPolicy): FieldError | undefined {
  const parts = [
    { path: [], ...policy },
    { path: ['networkBudget'], ...networkBudget },
    ...Object.entries(perDisposition).map(([name, own]) => ({
      path: ['perDisposition', name],
      maxRetries: Math.min(own?.maxRetries ?? policy.maxRetries, policy.maxRetries),
      delaySeconds: own?.delaySeconds ?? policy.delaySeconds,
    })),
  ];
  const tooFast = parts.find((part) => part.maxRetries > closeRetriesMax && part.delaySeconds < delaySecondsLeast);
  if (tooFast === undefined) return undefined;
  const message = `must be at least ${delaySecondsLeast} with more than ${closeRetriesMax} retries`;
  return { field: pointer('retryPolicy', ...tooFast.path, 'delaySeconds'), message };
}
