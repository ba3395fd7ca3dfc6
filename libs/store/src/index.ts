export { isCallCursor } from './call-index.ts';
export { acceptCallsMax } from './calls.ts';
export { createStore, type StoreOptions } from './create-store.ts';
export { MalformedRecord } from './documents.ts';
export { type DurabilityAsked, durabilityFault, durabilityPromise } from './durability-asked.ts';
export { IdempotencyLost } from './idempotency.ts';
export { logDurability } from './log-durability.ts';
export * from './store.ts';
export { tellMalformed } from './tell-malformed.ts';
