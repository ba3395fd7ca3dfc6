import type { z } from 'zod';
import type { ProblemCode } from '../shared/problem.ts';

/** One address of `/v1`, as data: the API mounts it, and its documentation is made from it. */
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
  /** Bodies that can be sent as they are, by name. */
  readonly examples?: (
    tomorrow: string,
  ) => Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
  /** Of parameters and headers. */
  readonly parameterExamples?: Readonly<Record<string, string | number>>;
  readonly success: readonly {
    readonly status: number;
    readonly description: string;
    /** The schema of the JSON answer, or the media type of the file. */
    readonly body: z.ZodType | string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly example?: unknown;
  }[];
  /** Without those that every address has (401, 429, 500, 503). */
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
