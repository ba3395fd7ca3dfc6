import type { AttemptId, CallId } from '@redial/call';
import type { IdempotencyKey } from '../calls/idempotency-store.ts';

/** What Redis promises about writes it has acknowledged. `unknown`: CONFIG GET is refused. */
export interface Durability {
  readonly appendonly: boolean;
  readonly appendfsync: 'always' | 'everysec' | 'no' | 'unknown';
  /** `yes`: while Redis rewrites its file it syncs nothing, even with `appendfsync always`. */
  readonly noAppendfsyncOnRewrite: 'yes' | 'no' | 'unknown';
  readonly maxmemoryPolicy: string;
  readonly redisVersion: string;
  /** Replicas that are connected and have acknowledged something within the last ten seconds. */
  readonly replicas: number;
}

/**
 * An acknowledged write, named by a record that shows it. One step writes all of its records or none. One record
 * stands for a whole batch, and a completed idempotency key for the calls that were accepted under it.
 */
export type WrittenRecord =
  /** At this version or a later one. */
  | { readonly call: CallId; readonly version: number }
  /**
   * Claimed by this very dialer, and not ended: if Redis lost the claim, another dialer may have claimed the attempt
   * since.
   */
  | { readonly attempt: AttemptId; readonly claimedBy: string }
  | { readonly answered: Pick<IdempotencyKey, 'tenantId' | 'key'> }
  /**
   * Of this very settlement (`createdAt`), in any status: if Redis lost it, the attempt may have been settled otherwise
   * since.
   */
  | { readonly delivery: string; readonly createdAt: number };

/** Whether acknowledged writes are durable. */
export interface DurabilityStore {
  durability(): Promise<Durability>;
  /**
   * Resolves to true once everything that this process wrote through the store so far is as durable as
   * `StoreOptions.durability` requires, and `written` still exists. Since it acknowledged the write, Redis may have
   * restarted, or a replica may have been promoted.
   *
   * True at once if nothing is required, or if Redis syncs every write before it answers (`appendfsync always`) and no
   * replica is required. Else it waits for the next sync, about a second at most (WAITAOF, Redis 7.2 and later), and
   * for the replicas, some milliseconds. False after `timeoutMs`, or if Redis does not provide what is required: the
   * write may be durable or not.
   */
  confirmDurable(timeoutMs: number, written?: WrittenRecord): Promise<boolean>;
}
