interface RetryPacerOptions {
  /** From now to the first turn. */
  readonly soonestMs: number;
  /**
   * From one turn to the next. Whatever the number of deliveries, the load is one check of the receiver in this time.
   */
  readonly apartMs: number;
  /** The latest turn from now. After it the turns start from the beginning again, so several deliveries share one. */
  readonly latestMs: number;
}

/**
 * Gives each postponed delivery a turn of its own, one after the other. A backlog comes back at an even pace that does
 * not depend on its size. A receiver that recovers gets its first delivery at once, and the next ones without a pause.
 *
 * Lives in one process. After a restart, turns that were given out before stand beside the new ones until they are
 * over.
 */
export function createRetryPacer({ soonestMs, apartMs, latestMs }: RetryPacerOptions): {
  afterMs(now: number): number;
} {
  let last = Number.NEGATIVE_INFINITY;
  return {
    afterMs(now) {
      const next = Math.max(last + apartMs, now + soonestMs);
      // This also repairs `last` after the clock was set back.
      last = next > now + latestMs ? now + soonestMs : next;
      return last - now;
    },
  };
}
