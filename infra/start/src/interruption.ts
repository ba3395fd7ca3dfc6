const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Copies of one Ctrl-C arrive within this time. */
const sameWishMs = 1_000;

interface Interruption {
  /** Resolves when an end is requested. */
  readonly wanted: Promise<'interrupted'>;
}

/**
 * Ctrl-C, `kill`, or a closed terminal.
 *
 * One Ctrl-C arrives up to three times: from the terminal, from npm, and from with-dependencies.mjs. So the handlers
 * stay: without them, the second copy would end the process before its children have ended. Only a later one counts as
 * another, and calls `onInsistence`.
 */
export function listenForInterruption(
  onInsistence: () => void,
  { on, now }: { on(signal: string, handler: () => void): unknown; now(): number } = {
    on: process.on.bind(process),
    now: () => performance.now(),
  },
): Interruption {
  const { promise: wanted, resolve } = Promise.withResolvers<'interrupted'>();
  let firstAt: number | undefined;
  for (const signal of signals) {
    on(signal, () => {
      if (firstAt === undefined) {
        firstAt = now();
        resolve('interrupted');
      } else if (now() - firstAt > sameWishMs) {
        onInsistence();
      }
    });
  }
  return { wanted };
}
