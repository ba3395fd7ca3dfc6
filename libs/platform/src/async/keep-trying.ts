import { type BackOff, backOffMs } from './back-off.ts';

interface KeepTryingOptions {
  readonly onError: (error: unknown, failures: number) => void;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  /** Ends the waiting: one last try is made, and its error rejects the promise. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `action` until it succeeds, after any failure, and waits longer between tries up to `maxDelayMs`. It is for the
 * few writes that must not be dropped while Redis is away. The caller limits how many are in flight.
 */
export async function keepTrying<T>(action: () => Promise<T>, options: KeepTryingOptions): Promise<T> {
  const { onError, firstDelayMs = 100, maxDelayMs = 5_000, signal } = options;
  const backOff: BackOff = { firstMs: firstDelayMs, maxMs: maxDelayMs };
  for (let failures = 1; ; failures++) {
    try {
      return await action();
    } catch (error) {
      onError(error, failures);
      if (signal?.aborted) throw error;
      await pause(backOffMs(failures, backOff), signal);
    }
  }
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, ms);
    signal?.addEventListener('abort', finish, { once: true });
    function finish() {
      clearTimeout(timer);
      signal?.removeEventListener('abort', finish);
      resolve();
    }
  });
}
