export { isCallCursor } from './call-index.ts';
export { acceptCallsMax, IdempotencyLost } from './calls.ts';
export { createStore, type StoreOptions } from './create-store.ts';
export { MalformedRecord } from './documents.ts';
export * from './store.ts';
