import type { Cdr } from '@redial/call';

/** One CDR on its way to one sink. The id is stable over all tries, and is what the receiver recognises a repetition by. */
export interface SinkDelivery {
  readonly id: string;
  /** Epoch ms; when the CDR was written. */
  readonly createdAt: number;
}

export type SinkResult =
  | { readonly type: 'delivered' }
  | {
      readonly type: 'failed';
      /** The kind of failure, for logs and `/v1/deliveries`: never a body, an address or a secret. */
      readonly error: string;
      /** False: no later try can succeed. */
      readonly retryable: boolean;
      /** The receiver asked not to be asked again before so long, within reason. */
      readonly retryAfterMs?: number;
      /** Nothing was sent, because others are waiting for this slow receiver already: its turn comes after `afterMs`, and no try is counted. */
      readonly notTried?: { readonly afterMs: number };
    };

/** Where CDRs go. `deliver` never rejects for what a receiver or Redis does. */
export interface Sink {
  readonly type: 'redis-list' | 'redis-stream' | 'webhook';
  readonly name: string;
  deliver(cdr: Cdr, delivery: SinkDelivery): Promise<SinkResult>;
  /** Entries that lie in its list or stream, taken by nobody or kept all the same; a webhook keeps none. Rejects where Redis does. */
  length?(): Promise<number>;
}
