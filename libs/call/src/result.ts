/**
 * A value, or why there is none. What is expected to fail gives a Result; an exception is a bug, or I/O that failed.
 */
export type Result<Value, Failure extends object = { readonly message: string }> =
  | { readonly ok: true; readonly value: Value }
  | ({ readonly ok: false } & Failure);
