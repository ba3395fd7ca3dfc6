import type { AttemptWatch, OriginateOrder, Pbx } from '@redial/asterisk';
import type { AttemptId, AttemptRecord, Call, Configuration, Evidence, Tenant } from '@redial/call';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { AttemptStore, CallStore, DurabilityStore, PermitStore, StoreHealth } from '@redial/store';
import type { HeldPermits } from './acquire-permits.ts';
import type { ClaimConfirmations } from './claim-confirmations.ts';
import type { DialGate } from './gates.ts';
import type { RoundRobin } from './round-robin.ts';

/** What dial jobs need of the store. */
export type DialStore = Pick<AttemptStore, 'readForAttempt' | 'readAttempt' | 'attemptsToday' | 'claim'> &
  Pick<CallStore, 'updateCall'> &
  Pick<PermitStore, 'acquirePermits' | 'releasePermits'> &
  Pick<DurabilityStore, 'confirmDurable'> &
  Pick<StoreHealth, 'ping'>;

/** What the dialer gives to its dial jobs. */
export interface DialJobPorts {
  readonly store: DialStore;
  readonly configuration: Configuration;
  readonly pbxs: ReadonlyMap<string, { readonly pbx: Pbx; readonly watch: AttemptWatch }>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Keeps the attempt's record until the attempt ends: its end is reported with it. */
  readonly remember: (attempt: AttemptRecord) => void;
  /** Reports the end of an attempt that was claimed and is not originated. */
  readonly reportEnd: (attempt: AttemptRecord, evidence: Evidence) => void;
  /** The attempt's end is known here, and its report is not in the queue yet. */
  readonly isReportPending: (attemptId: AttemptId) => boolean;
  /** A cancel of the attempt has reached this dialer before there was a channel to hang up. */
  readonly isCanceled: (attemptId: AttemptId) => boolean;
  /** Resolves with true at `at`, or with false as soon as this process stops. */
  readonly waitUntil: (at: number) => Promise<boolean>;
  /** Aborted when this process waits for nothing any more. */
  readonly stopping: AbortSignal;
}

/** What all dial jobs of this dialer share. */
export interface DialContext extends DialJobPorts {
  /** In the order in which they are asked. */
  readonly gates: readonly DialGate[];
  readonly nextInTurn: RoundRobin;
  readonly confirmations: ClaimConfirmations;
  /** Claims (`claimedBy`) that runs of this dialer have asked for, and that no Originate or report has followed yet. */
  readonly pendingClaims: Set<string>;
}

/** One run of a job. */
export interface JobRun {
  /** Marks the claims of this run. */
  readonly mark: string;
  /** Each claim that this run has asked for (`claimedBy`), and the Originate that follows it. Redis may forget a claim, and the run then takes another. */
  readonly claims: Map<string, OriginateOrder>;
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

export function findTenant({ tenants }: Configuration, tenantId: string): Tenant | undefined {
  return tenants.find(({ id }) => id === tenantId);
}
