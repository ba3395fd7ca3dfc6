import type { Cdr, DeliveryRetry } from '@redial/call';

/** One CDR on its way to one sink. */
export interface SinkDelivery {
  /** The same in all tries. A receiver recognises a repetition by it. */
  readonly id: string;
  /** When the CDR was written, epoch ms. */
  readonly createdAt: number;
}

export type SinkResult =
  | { readonly type: 'delivered' }
  | {
      readonly type: 'failed';
      /** The kind of failure, for logs and `/v1/deliveries`: never a body, an address or a secret. */
      readonly error: string;
      readonly retry: DeliveryRetry;
    }
  /**
   * Nothing was sent: too many requests to this slow receiver are in progress. Try after `afterMs`. Does not count as a
   * try.
   */
  | { readonly type: 'busy'; readonly afterMs: number };

/** Where CDRs go. */
export interface Sink {
  /** The `type` of its configuration; a label of metrics. */
  readonly type: string;
  readonly name: string;
  /**
   * `at_once`: the process that settles the attempt writes the CDR itself. Only for a sink that answers within
   * milliseconds. `queued`: the CDR goes through the `deliveries` queue, because the receiver may be slow, or down for
   * a day. It receives the CDRs of a call in the order of the attempts.
   */
  readonly handover: 'at_once' | 'queued';
  /** Resolves to a failure, and does not reject, if the receiver or Redis fails. */
  deliver(cdr: Cdr, delivery: SinkDelivery): Promise<SinkResult>;
  /** Entries in its list or stream. Absent: the sink keeps none. Rejects if Redis does. */
  length?(): Promise<number>;
}
