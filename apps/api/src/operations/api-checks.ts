import type { HealthCheck } from '@redial/process';
import {
  type DurabilityPolicy,
  type DurabilityStore,
  durabilityFault,
  durabilityPromise,
  type StoreHealth,
} from '@redial/store';

/** What a call needs to be accepted. */
export function acceptingChecks(
  store: Pick<StoreHealth, 'checkWritable'> & Pick<DurabilityStore, 'durability'>,
  required: DurabilityPolicy,
): HealthCheck[] {
  let promise: string | undefined;
  return [
    { name: 'redis', check: () => store.checkWritable() },
    {
      name: 'durability',
      check: async () => {
        const found = await store.durability().catch(unreachable);
        const fault = durabilityFault(required, found);
        if (fault !== undefined) throw new Error(fault);
        promise = durabilityPromise(required, found);
      },
      details: () => promise,
    },
  ];
}

/** The client's own message may hold an address. */
function unreachable(): never {
  throw new Error('Redis cannot be reached');
}
