import type { HealthCheck } from '@redial/process';
import { checkDurability, type DurabilityPolicy, type DurabilityStore, type StoreHealth } from '@redial/store';

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
        const checked = checkDurability(required, await store.durability().catch(unreachable));
        if (!checked.ok) throw new Error(checked.fault);
        promise = checked.value;
      },
      details: () => promise,
    },
  ];
}

/** The client's own message may hold an address. */
function unreachable(): never {
  throw new Error('Redis cannot be reached');
}
