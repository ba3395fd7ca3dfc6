import type { Delivery } from '@redial/call';
import type { PageCursor } from '../page-cursor.ts';

/** The deliveries of CDRs to sinks. `AttemptStore.settle` creates them. */
export interface DeliveryStore {
  /** Throws `MalformedRecord` if the record is damaged. */
  readDelivery(id: string): Promise<Delivery | undefined>;
  /**
   * Compare-and-set. `before`: as it was read; absent: it does not exist yet. False: another process has written it
   * since, and nothing was written. Compares the whole value, not a version: a process of an earlier release counts no
   * version.
   */
  writeDelivery(delivery: Delivery, before?: Delivery): Promise<boolean>;
  /**
   * Pending deliveries that are due before `before`, the longest due first: due is `nextTryAt`, or `createdAt` where
   * there is none. The page has a cursor while there may be more. Damaged records are left out
   * (`StoreOptions.onMalformed`), so a page may hold fewer than `limit` and still have a cursor.
   */
  undeliveredPage(
    before: number,
    limit: number,
    cursor?: PageCursor,
  ): Promise<{ readonly deliveries: readonly Delivery[]; readonly cursor?: PageCursor }>;
  countUndelivered(): Promise<number>;
  /** The tenant's dead deliveries, the last to die first. */
  listDead(tenantId: string, limit: number): Promise<Delivery[]>;
}
