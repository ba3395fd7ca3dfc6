interface ConcurrencyLimiter {
  /** True while a slow receiver has so many requests that one more would only wait. */
  isCrowded(now: number): boolean;
  /** Begins a request. What it returns ends it. */
  enter(now: number): (now: number) => void;
}

/**
 * Limits the requests to a slow receiver to `waitingMax`. A receiver that answers within `slowMs` has no limit. One
 * that was slow stays limited until it answers in time. Without that, each time these requests time out together, many
 * new ones would take their places.
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
      // A Set keeps the order of insertion: its first request has waited longest.
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
