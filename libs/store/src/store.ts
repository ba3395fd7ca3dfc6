import type { AttemptStore } from './attempts/attempt-store.ts';
import type { CancelStore } from './attempts/cancel-store.ts';
import type { CallChangedHints } from './calls/call-changed-hints.ts';
import type { CallStore } from './calls/call-store.ts';
import type { IdempotencyStore } from './calls/idempotency-store.ts';
import type { DeliveryStore } from './deliveries/delivery-store.ts';
import type { DurabilityStore } from './durability/durability-store.ts';
import type { LeaseStore } from './leases/lease-store.ts';
import type { LinkStatusStore } from './link-statuses/link-status-store.ts';
import type { PermitStore } from './permits/permit-store.ts';
import type { StoreHealth } from './store-health.ts';

/**
 * Records in Redis: the source of truth. The queue is only a clock: lost jobs are restored from here. All keys share
 * one hash tag, so that every write is atomic, on Redis Cluster too.
 *
 * Only the code that composes a process names this type. Every other part declares the port methods that it needs, for
 * example `Pick<CallStore, 'readCall'>`.
 */
export interface Store
  extends CallStore,
    IdempotencyStore,
    CallChangedHints,
    AttemptStore,
    CancelStore,
    PermitStore,
    DeliveryStore,
    DurabilityStore,
    LeaseStore,
    LinkStatusStore,
    StoreHealth {
  /** Closes the connections. */
  close(): Promise<void>;
}
