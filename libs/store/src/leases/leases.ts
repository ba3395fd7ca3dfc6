import { acquireLeaseScript } from '../scripts/acquire-lease.ts';
import { releaseLeaseScript } from '../scripts/release-lease.ts';
import { runScript } from '../scripts/script.ts';
import type { StoreContext } from '../store-context.ts';
import type { LeaseStore } from './lease-store.ts';

export function leasesOf({ redis, keys }: Pick<StoreContext, 'redis' | 'keys'>): LeaseStore {
  return {
    acquireLease: async (name, instanceId, leaseMs) =>
      (await runScript(redis, acquireLeaseScript, [keys.lease(name)], [instanceId, leaseMs])) === 1,
    releaseLease: async (name, instanceId) => {
      await runScript(redis, releaseLeaseScript, [keys.lease(name)], [instanceId]);
    },
  };
}
