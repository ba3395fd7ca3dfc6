export interface Crowding {
  /** True while so many have been waiting for so long that one more would only wait too. */
  isCrowded(now: number): boolean;
  /** One more request is under way; what it returns ends it. */
  enter(now: number): () => void;
}

/** A receiver that answers in time is never crowded, however much is sent to it. */
export function createCrowding({
  waitingMax,
  slowMs,
}: {
  readonly waitingMax: number;
  readonly slowMs: number;
}): Crowding {
  const since = new Set<{ readonly at: number }>();
  return {
    isCrowded: (now) => {
      if (since.size < waitingMax) return false;
      // A Set keeps the order in which they came: the first has waited longest.
      const [oldest] = since;
      return oldest !== undefined && now - oldest.at >= slowMs;
    },
    enter(now) {
      const request = { at: now };
      since.add(request);
      return () => void since.delete(request);
    },
  };
}
