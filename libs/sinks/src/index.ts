export { markerKey, markerSeconds } from './marker-key.ts';
export * from './redis-list/redis-list-sink.ts';
export * from './redis-stream/redis-stream-sink.ts';
export * from './sink.ts';
export * from './sink-settings.ts';
export * from './sinks.ts';
export { retryAfterMaxMs } from './webhook/retry-after.ts';
export * from './webhook/webhook-sink.ts';
