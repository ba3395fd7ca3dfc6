import type { Redis } from '@redial/platform';
import type { StoreKeys } from './keys.ts';

/** What every part of the store works with. */
export interface StoreContext {
  readonly redis: Redis;
  readonly keys: StoreKeys;
  /** How long an ended call and all that belongs to it is kept. */
  readonly retentionMs: number;
  /** How long an answered idempotency key is remembered, and how long an unanswered one. */
  readonly idempotencyMs: number;
  readonly idempotencyInFlightMs: number;
  /** Told of every damaged record that a read of many leaves out. */
  readonly onMalformed: (key: string) => void;
}
