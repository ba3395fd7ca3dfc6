import type { Redis } from '@redial/platform';
import type { StoreKeys } from './keys.ts';

/** The parts that every port of the store uses. */
export interface StoreContext {
  readonly redis: Redis;
  readonly keys: StoreKeys;
  /** How long an ended call is kept, with its attempts, CDRs and deliveries. */
  readonly retentionMs: number;
  /** How long an idempotency key lasts: a completed one, and one in flight. */
  readonly idempotencyMs: number;
  readonly idempotencyInFlightMs: number;
  /** Called for every damaged record that a read of many records leaves out. */
  readonly onMalformed: (key: string) => void;
}
