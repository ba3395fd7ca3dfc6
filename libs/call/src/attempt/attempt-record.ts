import type { AttemptId, CallId } from '../ids.ts';
import type { Evidence } from '../outcome/evidence.ts';
import type { Outcome } from '../outcome/outcome.ts';
import type { AttemptPlan } from './attempt-state.ts';

/** By leg, the names of the limits on which it has a permit. */
export interface LegLimits {
  readonly dial1: readonly string[];
  readonly dial2: readonly string[];
}

/**
 * The stored record of an attempt. Its existence is the claim: it is written, compare-and-set, before the Originate is
 * sent. After that, nothing may originate this attempt again.
 */
export interface AttemptRecord {
  readonly id: AttemptId;
  readonly callId: CallId;
  readonly tenantId: string;
  /** 1 for the first. */
  readonly attemptNumber: number;
  readonly dueAt: number;
  readonly plan: AttemptPlan;
  /** The PBX that dials it. A reconciliation must query this PBX. */
  readonly pbx: string;
  /** The PBX's start time at the claim. A different value later means that the PBX has restarted. */
  readonly pbxStartedAt: string;
  /** The attempt's place in the PBX journal: 0 to 99,999. */
  readonly slot: number;
  /** Limits (trunks and the PBX itself) whose permits the attempt holds until it is settled. */
  readonly limits: readonly string[];
  /** Those of them that belong to one leg. They become free when the leg's last channel has ended. */
  readonly legLimits: LegLimits;
  /** When the claim was taken. The Originate follows within seconds, or is never sent. */
  readonly originatedAt: number;
  /** Identifies this claim and the run of the job that took it. Only that run may originate the attempt. */
  readonly claimedBy: string;
  /**
   * The tenant's own day (such as `2026-03-29`) on which the attempt counts towards its numbers. Absent: it does not
   * count.
   */
  readonly countedOn?: string;
  /** Progress, for display. It is written after the event, and no decision relies on it. */
  readonly ringingAt?: number;
  readonly answeredAt?: number;
  /** Asterisk's id of dial2's channel, where the request needs it. */
  readonly dial2UniqueId?: string;
  /** A client waits for the outcome, so each write of progress is announced. */
  readonly awaited?: true;
  /** Present once the attempt is settled. Then nothing changes any more. */
  readonly ended?: {
    readonly outcome: Outcome;
    readonly evidence: Evidence;
    readonly settledAt: number;
    readonly reportedBy: string;
  };
}
