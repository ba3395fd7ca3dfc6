export interface RetryPacerOptions {
  /** Before the first turn. */
  readonly soonestMs: number;
  /** Between two pacer: what all that wait cost is one look in so long, however many they are. */
  readonly apartMs: number;
  /** Nobody is sent away for longer: beyond it pacer are given out from the beginning again, and shared. */
  readonly latestMs: number;
}

/**
 * When those come back who cannot be served now: one behind the other, each at a time of its own. Resolves the crowd at an even pace that
 * does not depend on its size, so that a receiver which is there again is asked at once and from then on without a pause.
 *
 * Lives in one process. After a restart the pacer that were given out before stand beside the new ones until they are over.
 */
export function createRetryPacer({ soonestMs, apartMs, latestMs }: RetryPacerOptions): {
  afterMs(now: number): number;
} {
  let last = Number.NEGATIVE_INFINITY;
  return {
    afterMs(now) {
      const next = Math.max(last + apartMs, now + soonestMs);
      // Also where the clock was put back.
      last = next > now + latestMs ? now + soonestMs : next;
      return last - now;
    },
  };
}
