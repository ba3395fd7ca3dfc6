import type { Clock } from '@redial/platform';
import { type DurabilityPolicy, type DurabilityStore, durabilityFault } from '@redial/store';

interface DurabilityGuard {
  /**
   * Undefined while Redis is as durable as required. Queries it at most every 10 s, or every second during a fault.
   * Rejects without a reply.
   */
  fault(): Promise<string | undefined>;
}

const believedMs = { good: 10_000, bad: 1_000 } as const;

export function durabilityGuard(
  required: DurabilityPolicy,
  store: Pick<DurabilityStore, 'durability'>,
  clock: Clock,
): DurabilityGuard {
  let believed: { readonly at: number; readonly fault: string | undefined } | undefined;
  return {
    async fault() {
      if (required.disk === 'none' && required.replicas === 0) return undefined;
      const now = clock.now();
      const forMs = believed?.fault === undefined ? believedMs.good : believedMs.bad;
      if (believed === undefined || Math.abs(now - believed.at) > forMs) {
        believed = { at: now, fault: durabilityFault(required, await store.durability()) };
      }
      return believed.fault;
    },
  };
}
