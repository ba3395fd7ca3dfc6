import type { Call, CallRequest, Tenant } from '@redial/call';
import type { FieldError } from './field-error.ts';
import type { Problem } from './problem.ts';

/** All that a dialect may know beside the request itself. Clock, randomness and ids are brought in, so that it stays pure. */
export interface DialectContext {
  readonly tenant: Tenant;
  /** Epoch ms. */
  readonly now: number;
  /** Used where the client gives no reference of its own. */
  readonly newReference: string;
  /** Draws one of at least one. */
  readonly pick: (from: readonly string[]) => string;
}

/** A vendor's request, understood or not: every field that is wrong is named, not only the first. */
export type ParsedCall =
  | { readonly ok: true; readonly request: CallRequest; readonly reference: string }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** One address at which a vendor takes calls. */
export interface DialectRoute {
  readonly method: 'get' | 'post' | 'put';
  readonly path: string;
  /** Where the fields are: a JSON body, a form body, or the query. */
  readonly takes: 'json' | 'form' | 'query';
  readonly parse: (input: unknown, context: DialectContext) => ParsedCall;
}

/** A vendor's API as data: whoever serves HTTP mounts it, and adds nothing of its own to what the vendor's client sees. */
export interface VendorDialect {
  readonly name: string;
  readonly routes: readonly DialectRoute[];
  /** Addresses that the vendor has and that always answer with the same refusal. */
  readonly empty: readonly { readonly method: 'get'; readonly path: string; readonly problem: Problem }[];
  readonly accepted: (call: Call) => HttpReply;
  readonly refused: (problem: Problem) => HttpReply;
}

/** An answer, ready for any HTTP server. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function jsonReply(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): HttpReply {
  return {
    status,
    headers: { 'Content-Type': 'application/json; charset=utf-8', ...headers },
    body: JSON.stringify(value),
  };
}
