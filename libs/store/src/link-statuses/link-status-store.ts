/** A process's report of its link to a PBX. */
export interface LinkStatus {
  readonly pbx: string;
  /** `dialer`: without one no call is dialled. `results`: without one no attempt is settled. */
  readonly process: 'dialer' | 'results';
  readonly up: boolean;
  /** Epoch ms. */
  readonly at: number;
}

/** The links between processes and PBXs. */
export interface LinkStatusStore {
  /** Replaces the last report of this process (`instanceId`) about this PBX. */
  reportLinkStatus(instanceId: string, report: LinkStatus): Promise<void>;
  /** The reports of living processes. Removes those of dead ones; the sweeper reads them for that too. */
  linkStatuses(now: number): Promise<readonly LinkStatus[]>;
}
