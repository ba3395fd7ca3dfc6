import type { AttemptRecord } from '@redial/call';
import type { DurabilityStore } from '@redial/store';

/**
 * Whether claims are as durable as REDIAL_DURABILITY and REDIAL_REPLICAS require. Redis can forget a write that it has
 * only acknowledged, and an attempt whose claim is forgotten is dialled again. Where those settings require nothing,
 * both answers are immediate.
 */
export interface ClaimConfirmations {
  /**
   * Whether a claim is worth taking. Redis is queried only while its last answer was no, so a long stall costs each
   * call at most one attempt.
   */
  areGiven(): Promise<boolean>;
  /** Whether this claim is durable and still there. False also means that Redis did not answer in time. */
  ofClaim(attempt: Pick<AttemptRecord, 'id' | 'claimedBy'>): Promise<boolean>;
}

/** Longer than a sync that happens every second, and shorter than `claimAgeMaxMs`. */
const confirmMs = 4_000;

export function createClaimConfirmations(store: Pick<DurabilityStore, 'confirmDurable'>): ClaimConfirmations {
  let wasGiven = false;
  const confirm = async (written?: Parameters<DurabilityStore['confirmDurable']>[1]): Promise<boolean> => {
    wasGiven = await store.confirmDurable(confirmMs, written).catch(() => false);
    return wasGiven;
  };
  return {
    areGiven: async () => wasGiven || confirm(),
    ofClaim: ({ id, claimedBy }) => confirm({ attempt: id, claimedBy }),
  };
}
