import type { SinkResult } from './sink.ts';

/** Always worth another try: Redis comes back, and a key of another type is taken away by whoever put it there. The marker makes a repetition harmless. */
export function redisFailure(error: unknown): SinkResult {
  const message = error instanceof Error ? error.message : '';
  const code = /^[A-Z][A-Z0-9]{2,}(?= )/.exec(message)?.[0];
  return { type: 'failed', retryable: true, error: code === undefined ? 'Redis did not answer' : `Redis says ${code}` };
}
