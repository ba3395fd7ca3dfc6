import type { OriginateOrder } from '@redial/asterisk';
import type { AttemptTracking } from '@redial/attempt-tracking';
import type { AttemptId, AttemptRecord, Call } from '@redial/call';
import type { Configuration, TenantConfiguration } from '@redial/configuration';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { AttemptStore, CallStore, DurabilityStore, PermitStore, StoreHealth } from '@redial/store';
import type { ClaimConfirmations } from './claim-confirmations.ts';
import type { DialGate } from './dial-gates.ts';
import type { RoundRobin } from './round-robin.ts';

/** What dial jobs need of the store. */
export type DialStore = Pick<AttemptStore, 'readForAttempt' | 'readAttempt' | 'attemptsToday' | 'claim'> &
  Pick<CallStore, 'updateCall'> &
  Pick<PermitStore, 'acquirePermits' | 'releasePermits'> &
  Pick<DurabilityStore, 'confirmDurable'> &
  Pick<StoreHealth, 'ping'>;

export type PbxTracking = Pick<AttemptTracking, 'pbx' | 'watch' | 'remember' | 'reports'>;

/** What the dialer gives to its dial jobs. */
export interface DialJobPorts {
  readonly store: DialStore;
  readonly configuration: Configuration;
  /** By the name of the PBX. */
  readonly pbxs: ReadonlyMap<string, PbxTracking>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** A cancel of the attempt has reached this dialer before there was a channel to hang up. */
  readonly isCanceled: (attemptId: AttemptId) => boolean;
  /** Resolves with true at `at`, or with false as soon as this process stops. */
  readonly waitUntil: (at: number) => Promise<boolean>;
  /** Aborted when this process waits for nothing any more. */
  readonly stopping: AbortSignal;
}

/** What all dial jobs of this dialer share. */
export interface DialContext extends DialJobPorts {
  /** In the order in which they are checked. */
  readonly gates: readonly DialGate[];
  readonly nextInTurn: RoundRobin;
  readonly confirmations: ClaimConfirmations;
  /** Claims (`claimedBy`) that runs of this dialer have sent, and that no Originate or report has followed yet. */
  readonly pendingClaims: Set<string>;
}

/** One run of a job. */
export interface JobRun {
  /** Marks the claims of this run. */
  readonly mark: string;
  /**
   * Each claim that this run has sent (`claimedBy`), and the Originate that follows it. Redis may forget a claim, and
   * the run then takes another.
   */
  readonly claims: Map<string, OriginateOrder>;
}

/** The permits that this run holds for the call. */
export interface HeldPermits {
  readonly pbx: string;
  readonly startAt: number;
  readonly slot: number;
  readonly limits: readonly string[];
  /** After this instant the lease may have ended, and another call may have them. */
  readonly until: number;
  /** The claim may have been written: the permits are the attempt's, and the end of the attempt gives them back. */
  areClaimed: boolean;
}

/** A claim that this run holds, and what follows it. */
export interface ClaimedAttempt {
  /** As the claim has written it: `dialing`. */
  readonly call: Call;
  readonly attempt: AttemptRecord;
  readonly order: OriginateOrder;
  /** Absent: the claim was found by reading the records again. */
  readonly permits?: HeldPermits;
}

export function findTenant({ tenants }: Configuration, tenantId: string): TenantConfiguration | undefined {
  return tenants.find(({ id }) => id === tenantId);
}
