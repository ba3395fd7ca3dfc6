/** Leases: one of several processes does a job. */
export interface LeaseStore {
  /**
   * True for one `instanceId` at a time. The holder renews the lease by acquiring it again before `leaseMs` have
   * passed.
   */
  acquireLease(name: string, instanceId: string, leaseMs: number): Promise<boolean>;
  /** Another process can acquire the lease at once. Does nothing if another process holds it. */
  releaseLease(name: string, instanceId: string): Promise<void>;
}
