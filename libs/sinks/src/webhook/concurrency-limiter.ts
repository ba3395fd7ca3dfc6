export interface ConcurrencyLimiter {
  /** True while so many are under way to a slow receiver that one more would only wait too. */
  isCrowded(now: number): boolean;
  /** One more request is under way; what it returns ends it. */
  enter(now: number): (now: number) => void;
}

/**
 * A receiver that answers in time is never crowded, however much is sent to it. One that was slow is, until it answers in time, held to
 * `waitingMax`: else each time that these have timed out together, a second's worth of requests would take their places.
 */
export function createConcurrencyLimiter({
  waitingMax,
  slowMs,
}: {
  readonly waitingMax: number;
  readonly slowMs: number;
}): ConcurrencyLimiter {
  const since = new Set<{ readonly at: number }>();
  let wasSlow = false;
  const isSlow = (at: number, now: number) => now - at >= slowMs;
  return {
    isCrowded: (now) => {
      if (since.size < waitingMax) return false;
      // A Set keeps the order in which they came: the first has waited longest.
      const [oldest] = since;
      return wasSlow || (oldest !== undefined && isSlow(oldest.at, now));
    },
    enter(now) {
      const request = { at: now };
      since.add(request);
      return (left) => {
        since.delete(request);
        wasSlow = isSlow(request.at, left);
      };
    },
  };
}
