/** Whether Redis is available. */
export interface StoreHealth {
  /** Resolves if Redis answers. Rejects with the cause, as a sentence for people. */
  ping(): Promise<void>;
  /**
   * Resolves if Redis accepts a write. Rejects with the cause, as a sentence for people: not reachable, out of memory,
   * a replica, disk full.
   */
  checkWritable(): Promise<void>;
}
