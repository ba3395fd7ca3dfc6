const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Copies of one Ctrl-C arrive within this time. */
const sameWishMs = 1_000;

export interface Interruption {
  /** Resolves when somebody wants an end. */
  readonly wanted: Promise<'interrupted'>;
}

/**
 * Ctrl-C, `kill`, or a terminal that is closed.
 *
 * One Ctrl-C comes up to three times: from the terminal, passed on by npm, and passed on by with-dependencies.mjs. So handlers stay for good (without
 * one the second copy would end the process before what it started is ended), and only a later one counts as another: it calls `onInsistence`.
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
