const second = 1_000;
/** The longest wait that a receiver can request: a mistyped header must not hold a CDR back for a year. */
export const retryAfterMaxMs = 3_600 * second;

const imfDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * A Retry-After header (RFC 9110: seconds, or an HTTP date) → how long to wait from `now`, `retryAfterMaxMs` at most.
 * Undefined if it cannot be read, or if it requests no wait.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const requestedMs = /^\d+$/.test(text)
    ? Number(text) * second
    : imfDate.test(text)
      ? Date.parse(text) - now
      : Number.NaN;
  return requestedMs > 0 ? Math.min(requestedMs, retryAfterMaxMs) : undefined;
}
