import type { AttemptRecord } from '@redial/call';
import type { Store } from '@redial/store';

/**
 * Whether Redis keeps claims: as durable as REDIAL_DURABILITY and REDIAL_REPLICAS ask. What it only acknowledges it may forget again, and
 * an attempt whose claim is forgotten is dialled once more. Both answer at once where nothing is to be waited for.
 */
export interface Confirmations {
  /** Whether it is worth taking one: asks only while the last answer was no, so that a long stall costs each call at most one attempt. */
  areGiven(): Promise<boolean>;
  /** Whether this claim is durable, and still there. No: that it is not, or that nobody can say. */
  ofClaim(attempt: Pick<AttemptRecord, 'id' | 'claimedBy'>): Promise<boolean>;
}

/** Longer than a sync that is done every second, and less than an Originate may be behind its claim. */
const confirmMs = 4_000;

export function createConfirmations(store: Pick<Store, 'confirmDurable'>): Confirmations {
  let wasGiven = false;
  const ask = async (written?: Parameters<Store['confirmDurable']>[1]): Promise<boolean> => {
    wasGiven = await store.confirmDurable(confirmMs, written).catch(() => false);
    return wasGiven;
  };
  return {
    areGiven: async () => wasGiven || ask(),
    ofClaim: ({ id, claimedBy }) => ask({ attempt: id, claimedBy }),
  };
}
