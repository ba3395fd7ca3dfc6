export interface IdempotencyKey {
  readonly tenantId: string;
  readonly key: string;
  /** A hash of the request's body. */
  readonly fingerprint: string;
}

export type IdempotencyAnswer =
  /**
   * The key is new. The request goes on, and ends with `acceptCalls`, which completes the key, or with
   * `abandonIdempotency`.
   */
  | { readonly type: 'first' }
  | { readonly type: 'replay'; readonly reply: string }
  | { readonly type: 'in_flight' }
  /** The key was used with another body. */
  | { readonly type: 'mismatch' };

/** The idempotency keys of requests. `CallStore.acceptCalls` completes a key. */
export interface IdempotencyStore {
  beginIdempotency(key: IdempotencyKey): Promise<IdempotencyAnswer>;
  /** Frees a key that is not completed. */
  abandonIdempotency(key: IdempotencyKey): Promise<void>;
}
