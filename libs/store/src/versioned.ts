/**
 * A record, and the version under which it was read. A write names that version, and does nothing if a newer one
 * exists.
 */
export interface Versioned<T> {
  readonly value: T;
  readonly version: number;
}

/** `conflict`: another process has written the record since it was read. Nothing was written. */
export type Written =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly why: 'conflict' };
