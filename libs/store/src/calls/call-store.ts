import type { Call, CallId, CallStatus } from '@redial/call';
import type { PageCursor } from '../page-cursor.ts';
import type { Versioned, Written } from '../versioned.ts';
import type { IdempotencyKey } from './idempotency-store.ts';
import type { ReferenceName, ReferenceReservation } from './reference-reservation.ts';

export type Accepted =
  | { readonly type: 'accepted' }
  /** The reference belongs to these calls. Nothing was written. */
  | { readonly type: 'taken'; readonly by: readonly CallId[] }
  /** The tenant's limit of open calls leaves room for only `room` of these calls. Nothing was written. */
  | { readonly type: 'full'; readonly room: number };

export interface CallQuery {
  readonly tenantId: string;
  readonly reference?: string;
  readonly status?: CallStatus;
  /** Accepted at or after `from`, and before `to` (epoch ms). */
  readonly from?: number;
  readonly to?: number;
  readonly cursor?: string;
  readonly limit: number;
}

/** A due call, as the index of due calls has it. */
interface DueCall {
  readonly id: CallId;
  readonly dueAt: number;
}

/** The calls, and their indexes. */
export interface CallStore {
  /**
   * Writes the calls (at most `acceptCallsMax`), completes the idempotency key and takes the reference: all or nothing.
   * A repetition of the request is answered with `reply`. Throws `IdempotencyLost`, and writes nothing, if another
   * request has used the key since. All calls belong to one tenant. `openCallsMax`: the most open calls that the tenant
   * may have, these included.
   */
  acceptCalls(
    calls: readonly Call[],
    idempotency?: IdempotencyKey & { readonly reply: string },
    reservation?: ReferenceReservation,
    openCallsMax?: number,
  ): Promise<Accepted>;
  /** All calls that took the reference, while at least one of them has not ended. Else none. */
  openHolders(reference: ReferenceName): Promise<readonly CallId[]>;
  /** The tenant's calls that are accepted and have not ended. */
  countOpenCalls(tenantId: string): Promise<number>;

  /** Throws `MalformedRecord` if the record is damaged. */
  readCall(id: CallId): Promise<Versioned<Call> | undefined>;
  /**
   * Newest first. The page has a cursor while there may be more; it may hold fewer than `limit` calls and still have
   * one. Throws RangeError if the query's cursor is invalid (`isCallCursor`). Damaged records are left out
   * (`StoreOptions.onMalformed`).
   */
  listCalls(query: CallQuery): Promise<{ readonly calls: Versioned<Call>[]; readonly cursor?: string }>;
  /** Compare-and-set, indexes included. */
  updateCall(before: Versioned<Call>, after: Call): Promise<Written>;

  /**
   * Calls whose next attempt is planned and was due before `before` (epoch ms), oldest first. The page has a cursor
   * while there may be more.
   */
  overduePage(
    before: number,
    limit: number,
    cursor?: PageCursor,
  ): Promise<{ readonly calls: readonly DueCall[]; readonly cursor?: PageCursor }>;
  countOverdue(before: number): Promise<number>;
  /**
   * Removes calls whose retention is over from the indexes, and frees the references they took. Their records expire by
   * themselves. Examines at most `limit` calls and `limit` references. Resolves to the larger number of the two;
   * `limit` means that there may be more.
   */
  forgetEnded(now: number, limit: number): Promise<number>;
}
