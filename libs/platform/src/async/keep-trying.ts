export interface KeepTryingOptions {
  readonly onError: (error: unknown, failures: number) => void;
  readonly firstDelayMs?: number;
  readonly maxDelayMs?: number;
  /** Ends the waiting between tries; the promise then rejects with the last error. */
  readonly signal?: AbortSignal;
}

/**
 * Runs `action` until it succeeds, waiting longer between tries up to `maxDelayMs`. For the few writes that must not be
 * dropped while Redis is away; the caller bounds how many may be under way.
 */
export async function keepTrying<T>(action: () => Promise<T>, options: KeepTryingOptions): Promise<T> {
  const { onError, firstDelayMs = 100, maxDelayMs = 5_000, signal } = options;
  for (let failures = 1; ; failures++) {
    try {
      return await action();
    } catch (error) {
      onError(error, failures);
      if (signal?.aborted) throw error;
      await pause(Math.min(firstDelayMs * 2 ** Math.min(failures - 1, 20), maxDelayMs), signal);
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
