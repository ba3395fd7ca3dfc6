import { attemptMutants } from './mutants/attempt.ts';
import { callMutants } from './mutants/call.ts';
import { deliveryMutants } from './mutants/delivery.ts';
import { destinationAndRecordMutants } from './mutants/destinations-and-records.ts';
import { gatesMutants } from './mutants/gates.ts';
import type { Mutant } from './mutants/mutant.ts';
import { outcomeMutants } from './mutants/outcome.ts';
import { retryMutants } from './mutants/retry.ts';

/** Every fault that `npm run mutants` seeds. */
export const mutants: readonly Mutant[] = [
  ...attemptMutants,
  ...outcomeMutants,
  ...retryMutants,
  ...callMutants,
  ...gatesMutants,
  ...deliveryMutants,
  ...destinationAndRecordMutants,
];
