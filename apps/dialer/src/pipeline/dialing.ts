import type { AttemptWatch, Pbx } from '@redial/asterisk';
import type { AttemptId, AttemptRecord, Call, Configuration, Evidence, Tenant } from '@redial/call';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { DialDecision } from '@redial/queue';
import type { Store } from '@redial/store';
import type { Confirmations } from './confirmations.ts';
import type { Turns } from './round-robin.ts';

/** What a dial job needs of the world. */
export interface DialJobDependencies {
  readonly store: Store;
  readonly configuration: Configuration;
  readonly pbxs: ReadonlyMap<string, { readonly pbx: Pbx; readonly watch: AttemptWatch }>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Remembers which call an attempt belongs to, for its conclusion. */
  readonly remember: (attempt: AttemptRecord) => void;
  /** The claim was taken, and no Originate will follow: its end, for who settles it. */
  readonly onNotOriginated: (attempt: AttemptRecord, evidence: Evidence) => void;
  /** Its end is known here, and on its way to who settles it. */
  readonly isTelling: (attemptId: AttemptId) => boolean;
  /** A cancel of the attempt has come to this dialer before there was anything to hang up. */
  readonly isCanceled: (attemptId: AttemptId) => boolean;
  /** Resolves at `at`, or at once with false when this process is told to stop. */
  readonly waitUntil: (at: number) => Promise<boolean>;
  /** This process waits for nothing any more. */
  readonly stopping: AbortSignal;
}

export interface Dialing extends DialJobDependencies {
  /** Calls start at another PBX each time, so that several share the work. */
  readonly inTurn: Turns;
  /** Marks of runs of this dialer that have asked for the claim and not gone on to the Originate. */
  readonly atClaim: Set<string>;
  readonly confirmations: Confirmations;
}

/** One run of a job. Each claim that it takes has a mark of its own, which names the run: Redis may forget one, and the run take another. */
export interface JobRun {
  readonly mark: string;
  /** Asked for so far. */
  claims: number;
}

export function newClaim(run: JobRun): string {
  run.claims++;
  return `${run.mark}.${run.claims}`;
}

/** The mark of the run that took the claim. */
export function runOf(claimedBy: string | undefined): string | undefined {
  return claimedBy?.split('.')[0];
}

/** `lost_race`: somebody else has written the call or claimed the attempt. Both say: read again. */
export type Try = DialDecision | 'lost_race' | 'claim_unanswered';

export function tenantOf({ tenants }: Configuration, { tenantId }: Pick<Call, 'tenantId'>): Tenant | undefined {
  return tenants.find(({ id }) => id === tenantId);
}

export function dueAttemptId(call: Call): AttemptRecord['id'] {
  if (!('attemptId' in call.state)) throw new RangeError(`call ${call.id} has no attempt: it is ${call.state.status}`);
  return call.state.attemptId;
}

export function done(note: string): DialDecision {
  return { type: 'done', note };
}
