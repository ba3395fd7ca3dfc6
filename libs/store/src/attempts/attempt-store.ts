import type { AttemptId, AttemptRecord, Call, CallId, Cdr, Delivery } from '@redial/call';
import type { Versioned, Written } from '../versioned.ts';

export type Claimed =
  | { readonly ok: true; readonly version: number }
  /** Nothing was written. `cap`: call and attempt have not changed, but one of the day's limits is reached. */
  | { readonly ok: false; readonly why: 'conflict' | 'cap' };

/** The day's counts in which an attempt is counted, and their limits. */
export interface DayCap {
  readonly tenantId: string;
  /** A day of the tenant's time zone, such as `2026-03-29`. */
  readonly day: string;
  /** E.164. A number that stands here twice is counted once. Stored as hashes only. */
  readonly numbers: readonly string[];
  /** Most attempts towards each of the numbers on that day. Absent: they are counted without a limit. */
  readonly max?: number;
  /** Most attempts of the tenant on that day, towards all numbers together. */
  readonly tenantMax?: number;
  /** Seconds of talk on that day after which the tenant begins no more attempts. */
  readonly talkSecondsMax?: number;
}

/** Names that `attemptsToday` takes in place of a number: the tenant's attempts of the day, and its seconds of talk. */
export const tenantCounts = { attempts: '*attempts', talkSeconds: '*talk' } as const;

export type AttemptProgress = 'ringing' | 'answered' | 'dial2_created';

/** One write that ends an attempt. */
export interface Settlement {
  readonly call: { readonly before: Versioned<Call>; readonly after: Call };
  readonly attempt: { readonly before: Versioned<AttemptRecord>; readonly after: AttemptRecord };
  readonly cdr: Cdr;
  readonly deliveries: readonly Delivery[];
  /**
   * Counts that the attempt's claim raised and that are lowered again: numbers whose phones did not ring, and one of
   * `tenantCounts`.
   */
  readonly uncounted?: readonly string[];
}

/** The attempts, from the claim to the settlement, and their CDRs. */
export interface AttemptStore {
  readAttempt(id: AttemptId): Promise<Versioned<AttemptRecord> | undefined>;
  /** A call and one of its attempts, in one round trip. */
  readForAttempt(
    callId: CallId,
    attemptId: AttemptId,
  ): Promise<{ readonly call?: Versioned<Call>; readonly attempt?: Versioned<AttemptRecord> }>;
  /** The attempts that exist. Damaged records are left out (`StoreOptions.onMalformed`). */
  readAttempts(ids: readonly AttemptId[]): Promise<AttemptRecord[]>;
  readCdr(id: AttemptId): Promise<Cdr | undefined>;

  /**
   * The claim. Moves the call to `dialing`, creates the attempt's record and counts the attempt in the day's counts of
   * `cap`. Its permits then last as long as the attempt can live. All or nothing. After `ok` the caller alone may
   * originate this attempt, now and later. The version is the call's; the attempt's is 1. However many dialers claim at
   * once, no limit of `cap` is exceeded.
   */
  claim(before: Versioned<Call>, after: Call, attempt: AttemptRecord, cap?: DayCap): Promise<Claimed>;
  /**
   * The attempts that `claim` counted on a day (see `DayCap.day`), for each number or name of `tenantCounts`, in that
   * order.
   */
  attemptsToday(tenantId: string, day: string, numbers: readonly string[]): Promise<number[]>;
  /**
   * Best effort; does nothing once the attempt has ended. `uniqueId`: of dial2's channel, for `dial2_created`. The
   * answer of an `awaited` attempt, and its dial2, each publish one call-changed hint, whichever process records them.
   */
  recordProgress(id: AttemptId, phase: AttemptProgress, at: number, uniqueId?: string): Promise<void>;
  /** Attempts of a PBX that are claimed and not settled. */
  openAttempts(pbx: string): Promise<AttemptId[]>;
  /** The PBXs that have open attempts, in no order. Some may no longer be configured. */
  pbxsWithOpenAttempts(): Promise<string[]>;
  /**
   * Ends the attempt, moves its call, writes the CDR and its deliveries, releases the permits: all or nothing. The
   * version is the call's.
   */
  settle(settlement: Settlement): Promise<Written>;
}
