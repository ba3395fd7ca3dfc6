export { isCallCursor } from './calls/call-index.ts';
export { acceptCallsMax } from './calls/calls.ts';
export { IdempotencyLost } from './calls/idempotency.ts';
export { createStore, type StoreOptions } from './create-store.ts';
export { type DurabilityPolicy, durabilityFault, durabilityPromise } from './durability/durability-policy.ts';
export { MalformedRecord } from './records/documents.ts';
export { tellMalformed } from './records/tell-malformed.ts';
export * from './store.ts';
