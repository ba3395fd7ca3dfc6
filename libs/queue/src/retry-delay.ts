/** How long a `results` job that failed n times in a row waits: 1 s, doubled each time, 1 minute at most. */
export function retryDelayMs(failures: number): number {
  return Math.min(1_000 * 2 ** Math.min(Math.max(failures, 1) - 1, 10), 60_000);
}
