import type { Call, CallRequest, Cdr, Dial1Outcome, Issue, Tenant } from '@redial/call';
import type { z } from 'zod';
import type { FieldError } from './shared/field-error.ts';
import type { Problem } from './shared/problem.ts';

/**
 * What a dialect may read besides the request. Clock, randomness and ids are parameters, so that a dialect stays pure.
 */
export interface DialectContext {
  readonly tenant: Tenant;
  /** Epoch ms. */
  readonly now: number;
  /** For a request without a reference. */
  readonly newReference: string;
  /** Draws one. The list must not be empty. */
  readonly pick: (from: readonly string[]) => string;
}

/** A parsed `/v1` request, or the errors of all its wrong fields. */
export type ParsedCall =
  | { readonly ok: true; readonly request: CallRequest; readonly reference: string }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** A vendor's parsed request, or the errors of all its wrong fields. One request may be several calls. */
export type ParsedCalls =
  | ({
      readonly ok: true;
      readonly calls: readonly ParsedVendorCall[];
      /**
       * The PBX answers them before anything is accepted. The first `no` refuses the request with the error of that
       * question.
       */
      readonly questions?: readonly CallQuestion[];
    } & (ReservesNew | ReservesOpen))
  | {
      readonly ok: false;
      readonly errors: readonly FieldError[];
      /**
       * The calls of a request that was right when it came first, and whose only error is that its time has passed
       * since. Its reference is reserved as `open_reference`: while calls with the same content hold it, the answer is
       * those calls.
       */
      readonly repeats?: readonly [ParsedVendorCall, ...ParsedVendorCall[]];
    };

interface ReservesNew {
  /** The answer is held until dial1's outcome is known. The requests state `outcomeAwaited`. */
  readonly waits?: Waits;
  /**
   * The calls share one reference, which the dialect draws and which must never have been used. If it was used, the
   * request is parsed again and draws another. A repetition of the request draws another too, so it never finds these
   * calls.
   */
  readonly reserves?: 'new_reference';
}

interface ReservesOpen {
  /** The answer may be calls that began long ago: no client waits for those. */
  readonly waits?: never;
  /**
   * The calls share one reference of the client's. While a call with it is open, nothing is enqueued under it. A
   * request with the same content (`VendorDialect.differences`) is answered with those calls, and any other is refused.
   */
  readonly reserves: 'open_reference';
}

export interface ParsedVendorCall {
  readonly request: CallRequest;
  readonly reference: string;
}

export interface Waits {
  /** Epoch ms. The answer is sent at this time at the latest, with what is known then. */
  readonly until: number;
  /** dial2's unique id belongs to the answer. */
  readonly withDial2: boolean;
}

/** A fact that only the PBX knows. The names have been checked: they become part of an AMI action. */
export type CallQuestion = {
  /** The error that the client gets if the answer is no. */
  readonly errorIfNo: FieldError;
} & (
  | { readonly type: 'device_online'; readonly extension: string }
  | { readonly type: 'service_exists'; readonly service: string }
);

/** What a dialect may read of a request in order to authenticate it. */
export interface AuthenticationRequest {
  /** As the route's `takes` states. */
  readonly input: unknown;
  readonly header: (name: string) => string | undefined;
  /** Of the connection itself, whatever headers state. */
  readonly address: string | undefined;
}

/**
 * `account`: the known account that the credentials name, whether the rest of them is right or wrong. A client that
 * guesses at it is held up. Absent: they name none, or they cannot be guessed.
 */
export type Authenticated = { readonly account?: string | undefined } & (
  | { readonly ok: true; readonly tenant: Tenant }
  | { readonly ok: false; readonly problem: Problem }
);

/**
 * Servers, by the address of their connection: single addresses, or networks such as 10.1.0.0/16. `host`: only with
 * this Host header.
 */
export interface Keyless {
  readonly ipAllowList: readonly string[];
  readonly host?: string | undefined;
}

/** The vendor's own credentials. */
export interface CredentialsOfVendor {
  readonly type: 'credentials';
  /** Takes the same time for right and wrong credentials. */
  readonly authenticate: (request: AuthenticationRequest, tenants: readonly Tenant[]) => Authenticated;
  /**
   * Addresses that the tenant's requests may come from, as in `Keyless`; undefined: any. Read once the tenant is known.
   */
  readonly ipAllowList?: (tenant: Tenant) => readonly string[] | undefined;
  /** The detail of the problem `access_denied`, for a request from another address. */
  readonly notAllowed?: string;
}

/** An API key of Redial's; or none, from servers that need none. */
export interface KeyOfRedial {
  readonly type: 'api_key';
  /** Carries the key, beside the headers that `/v1` takes. */
  readonly parameter: string;
  /** The detail of the problem `unauthenticated`. */
  readonly unauthenticated: string;
  readonly keyless: (tenant: Tenant) => Keyless | undefined;
}

/**
 * `takes: 'raw'` or `'raw-form'`: the request as it was sent, for a dialect with parsing rules of its own. A multipart
 * form becomes the urlencoded form of the same fields.
 */
export interface RawInput {
  /** Lower case, without parameters; empty if there is no body. */
  readonly contentType: string;
  /** Of `takes: 'raw'`: the charset of a form's escapes, by a label of the Encoding Standard. Absent: UTF-8. */
  readonly charset?: string;
  /** Behind the `?`, as it was sent. */
  readonly query: string;
  /** A form is ASCII: other bytes are escaped. */
  readonly body: string;
}

/** One address at which a vendor takes calls. */
export interface DialectRoute {
  readonly method: 'get' | 'post' | 'put';
  readonly path: string;
  /**
   * Where the fields are: a JSON body, a form or JSON body, the query, or the raw request. `RawInput` has the query
   * and a form, with `raw` also JSON. A form may be multipart.
   */
  readonly takes: 'json' | 'form' | 'query' | 'raw' | 'raw-form';
  readonly parse: (input: unknown, context: DialectContext) => ParsedCalls;
}

/** What the OpenAPI document of the vendors' addresses states of a dialect, beyond its schemas. */
export interface DialectDocumentation {
  readonly description: string;
  /** OpenAPI security schemes by name; every request needs all of them. */
  readonly security: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The fields of a request besides its credentials. */
  readonly fields: z.ZodObject;
  readonly summary: string;
  /** Fields that can be sent to `npm start` as they stand. */
  readonly example: Readonly<Record<string, unknown>>;
  /** Answers with status 200, by media type. */
  readonly answers: Readonly<Record<string, { readonly schema: z.ZodType; readonly example: unknown }>>;
  /** The answer to a refused request, in the first of those media types. */
  readonly refusal: { readonly schema: z.ZodType; readonly example: unknown };
}

/** One shape of a CDR for sinks: how it is made, and what the documentation states of it. */
export interface NotificationFormat {
  readonly summary: string;
  /** The entry of a list or stream, to be written as JSON. */
  readonly toNotification: (cdr: Cdr) => unknown;
  readonly schema: z.ZodType;
  readonly example: unknown;
  /** The body of a webhook. Absent: it is the notification. */
  readonly webhook?: {
    /** `writtenAt`: when the CDR was written, epoch ms. */
    readonly toBody: (cdr: Cdr, writtenAt: number) => unknown;
    readonly schema: z.ZodType;
    readonly example: unknown;
  };
}

/** A vendor's API as data. The API process mounts it, and adds nothing of its own to what the vendor's client sees. */
export interface VendorDialect {
  readonly name: string;
  /** Of a tenant's `dialects.<name>` in the configuration file. */
  readonly settings: z.ZodType;
  /**
   * Settings that do not fit the rest of their tenant, by their path below `dialects.<name>`. Both have passed their
   * schemas.
   */
  readonly issues?: (tenant: Tenant) => readonly Issue[];
  /**
   * The credentials that identify the tenant: no two tenants may have the same. Undefined: the tenant does not have the
   * dialect.
   */
  readonly login?: (tenant: Tenant) => readonly string[] | undefined;
  /** Fields of a tenant's settings that are too short to log in with (`short-secrets.ts`). */
  readonly shortSecrets?: (tenant: Tenant) => readonly string[];
  readonly routes: readonly DialectRoute[];
  /** Addresses at which a recording can be fetched; `{ref}` is the CDR's id. */
  readonly recordings: readonly { readonly method: 'get'; readonly path: string }[];
  /** Prefixes that belong to the vendor alone: a request for another address below them is refused in its words. */
  readonly below: readonly string[];
  readonly authentication: CredentialsOfVendor | KeyOfRedial;
  /**
   * The errors of a request that differs from the calls that hold its reference. Empty: it repeats their request.
   * Needed if a route `reserves` a reference as `open_reference`: a different request must never get the answer of a
   * repetition.
   */
  readonly differences?: (requested: readonly ParsedVendorCall[], held: readonly Call[]) => readonly FieldError[];
  /** Some of its requests have `questions`: the API needs links to the PBXs. */
  readonly queriesPbx?: true;
  /** `input`: as the route takes it; undefined if it could not be read. A `RawInput` always has its query. */
  readonly accepted: (calls: readonly Call[], input: unknown) => HttpReply;
  /** The answer of a request that `waits`. One outcome for each call. */
  readonly outcome?: (outcomes: readonly Dial1Outcome[], calls: readonly Call[], input: unknown) => HttpReply;
  readonly refused: (problem: Problem, input: unknown) => HttpReply;
  readonly documentation?: DialectDocumentation;
  /** The vendor's shapes of a CDR, by the name that a sink's `format` states. */
  readonly notifications: Readonly<Record<string, NotificationFormat>>;
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
