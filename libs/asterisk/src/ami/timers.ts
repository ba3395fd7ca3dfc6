/** The source of timers. It is injected, so that tests need not wait. */
export interface Timers {
  /** Runs `run` once after `afterMs`. The returned function cancels it. */
  start(afterMs: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  start: (afterMs, run) => {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};
