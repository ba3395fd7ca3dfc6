/** Where time passes: injected, so that tests need not wait. */
export interface Timers {
  /** Runs `run` once after `afterMs`; the function that comes back calls it off. */
  start(afterMs: number, run: () => void): () => void;
}

export const systemTimers: Timers = {
  start: (afterMs, run) => {
    const timer = setTimeout(run, afterMs);
    return () => clearTimeout(timer);
  },
};
