import type { AttemptId, AttemptRecord, CallId } from '@redial/call';

/** Permits of one limit that an attempt needs, and the limit's size. Both legs of a call may need the same limit. */
export interface LimitRequest {
  readonly limit: string;
  readonly permits: number;
  readonly maxCalls: number;
  /**
   * Absent: the limit has no pace. A refused call waits in its list, and `nextWaiting` finds it when a permit is free.
   */
  readonly maxCallsPerSecond?: number;
}

export interface PermitRequest {
  readonly attemptId: AttemptId;
  readonly pbx: string;
  /** Each limit at most once. */
  readonly limits: readonly LimitRequest[];
  readonly now: number;
  /** How long the permits are held if the attempt is not claimed. */
  readonly leaseMs: number;
  /** How far after `now` a start may be granted. */
  readonly horizonMs: number;
  /**
   * The place in the list of a full limit without a pace; the lowest `order` is first. Absent: the call does not wait
   * there.
   */
  readonly waiter?: { readonly callId: CallId; readonly order: number };
}

export type Permits =
  /**
   * The permits are held until `releasePermits` or the end of the lease, which `claim` extends. Originate no earlier
   * than `startAt`.
   */
  | { readonly granted: true; readonly startAt: number; readonly slot: number }
  | { readonly granted: false; readonly limit: string; readonly reason: 'calls' | 'rate'; readonly retryAt: number };

/** Permits on limits: how many calls may be in progress, and how many may start in a second. */
export interface PermitStore {
  /**
   * Takes permits on all limits, or on none.
   *
   * The same attempt may ask again. Before its granted start has passed it gets the same answer and takes nothing more.
   * After a refusal, and before `retryAt`, it gets the same `retryAt`. So a call that tries one PBX after another
   * keeps its turn at a shared trunk.
   *
   * The slot is one that no open attempt of the PBX holds. An attempt that was claimed before is refused (`calls`,
   * `retryAt` now) and takes nothing. Its caller has read an old record, and its claim, or its next write of the call,
   * will report the conflict.
   */
  acquirePermits(request: PermitRequest): Promise<Permits>;
  /**
   * Removes the first call from the limit's waiting list. The call may have ended or been dialled since. A call that is
   * not in the list asks again by its own timer.
   */
  nextWaiting(limit: string): Promise<CallId | undefined>;
  /**
   * Releases permits and slot. While the attempt is claimed and not ended, only permits that its record does not name:
   * `settle` releases those.
   */
  releasePermits(attemptId: AttemptId, limits: readonly string[]): Promise<void>;
  /**
   * Releases the permits of one leg of an attempt in progress: the leg's last channel has ended, and the other leg goes
   * on. Idempotent. Does nothing once the attempt has ended, if its record has another claim, or if the record has no
   * `legLimits`.
   */
  releaseLeg(attempt: Pick<AttemptRecord, 'id' | 'legLimits' | 'claimedBy'>, leg: 'dial1' | 'dial2'): Promise<void>;
  /** Extends the permits that the attempt still holds to `until` at least: it lives longer than planned. */
  extendPermits(attempt: Pick<AttemptRecord, 'id' | 'limits' | 'claimedBy'>, until: number): Promise<void>;
  /** Permits held now, by limit. */
  permitsHeld(limits: readonly string[], now: number): Promise<Record<string, number>>;
  /**
   * Rejects with a sentence for people if a key holds something other than permits: calls that need it cannot be
   * dialled.
   */
  checkPermits(limits: readonly string[], pbxs: readonly string[]): Promise<void>;
}
