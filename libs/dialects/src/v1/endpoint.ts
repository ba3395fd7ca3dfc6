import type { z } from 'zod';
import type { ProblemCode } from '../shared/problem.ts';

/** One address of `/v1`, as data: what the API mounts and what its documentation says are the same. */
export interface Endpoint {
  readonly operation: Operation;
  readonly method: 'get' | 'post' | 'patch';
  /** With `{id}` where an id stands. */
  readonly path: string;
  readonly summary: string;
  readonly description?: string;
  readonly body?: z.ZodType;
  readonly query?: z.ZodObject;
  readonly requestHeaders?: Readonly<Record<string, { readonly description: string; readonly required: boolean }>>;
  readonly bodyBytesMax?: number;
  /** What `{id}` is of. */
  readonly idOf?: 'call' | 'delivery' | 'attempt';
  /** What can be sent as it stands, by a name for each; of a call that is placed by `createCall`'s `later`. */
  readonly examples?: (
    tomorrow: string,
  ) => Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
  /** Of parameters and headers that are wanted. */
  readonly parameterExamples?: Readonly<Record<string, string | number>>;
  readonly success: readonly {
    readonly status: number;
    readonly description: string;
    /** Of the JSON that is answered; or the media type of the file that is. */
    readonly body: z.ZodType | string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly example?: unknown;
  }[];
  /** Those every address has (401, 429, 500, 503) are left out. */
  readonly problems: readonly ProblemCode[];
}

export type Operation =
  | 'createCall'
  | 'createBatch'
  | 'listCalls'
  | 'getCall'
  | 'rescheduleCall'
  | 'cancelCall'
  | 'listDeliveries'
  | 'resendDelivery'
  | 'getRecording';
