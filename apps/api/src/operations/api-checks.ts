import type { HealthCheck } from '@redial/platform';
import type { Store } from '@redial/store';
import { type DurabilityAsked, durabilityFault } from '../accept/durability.ts';

/** What a call needs to be accepted. */
export function acceptingChecks(
  store: Pick<Store, 'checkWritable' | 'durability'>,
  asked: DurabilityAsked,
): HealthCheck[] {
  return [
    { name: 'redis', check: () => store.checkWritable() },
    {
      name: 'durability',
      check: async () => {
        const fault = durabilityFault(asked, await store.durability().catch(unreachable));
        if (fault !== undefined) throw new Error(fault);
      },
    },
  ];
}

/** The client's own message may hold an address. */
function unreachable(): never {
  throw new Error('Redis cannot be reached');
}
