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
 * What is written down of an attempt. That it is there at all is the claim: it is written, compare-and-set, before Originate is sent,
 * and from then on nothing may originate this attempt again.
 */
export interface AttemptRecord {
  readonly id: AttemptId;
  readonly callId: CallId;
  readonly tenantId: string;
  /** 1 for the first. */
  readonly attemptNumber: number;
  readonly dueAt: number;
  readonly plan: AttemptPlan;
  /** The PBX that dials it: whoever looks it up must ask this one. */
  readonly pbx: string;
  /** What the PBX called its own start when the claim was taken; another word later means it restarted since. */
  readonly pbxStartedAt: string;
  /** Where the PBX journal keeps it: 0 to 99,999. */
  readonly slot: number;
  /** Limits (trunks and the PBX itself) whose permits it holds until it is settled. */
  readonly limits: readonly string[];
  /** Which of them are of one leg alone: those are free when its last channel has ended. Absent in records of before 2026-11-30. */
  readonly legLimits?: LegLimits;
  /** When the claim was taken. The Originate follows within seconds, or never. */
  readonly originatedAt: number;
  /** The mark of this claim, and in it of the job's run that took it and alone may originate it. Absent in records of before 2026-11-28. */
  readonly claimedBy?: string;
  /** The day (the tenant's own, such as `2026-03-29`) on which it was counted towards its numbers; absent: it was not. */
  readonly countedOn?: string;
  /** Progress, for whoever asks; written after the fact and not relied upon. */
  readonly ringingAt?: number;
  readonly answeredAt?: number;
  /** Asterisk's id of dial2's channel, where it was asked for. */
  readonly dial2UniqueId?: string;
  /** Somebody waits for the outcome: progress is announced when it is written. */
  readonly awaited?: true;
  /** Present once it is settled; then nothing changes any more. */
  readonly ended?: {
    readonly outcome: Outcome;
    readonly evidence: Evidence;
    readonly settledAt: number;
    readonly reportedBy: string;
  };
}
