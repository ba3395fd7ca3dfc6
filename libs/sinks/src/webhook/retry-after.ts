const second = 1_000;
/** A receiver that asks for more is asked sooner: a mistyped header must not hold a CDR back for a year. */
export const retryAfterMaxMs = 3_600 * second;

const imfDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * A Retry-After header (RFC 9110: seconds, or an HTTP date) → how long to wait from `now`, `retryAfterMaxMs` at most; undefined where
 * it says nothing that can be read, or nothing but now.
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const asked = /^\d+$/.test(text) ? Number(text) * second : imfDate.test(text) ? Date.parse(text) - now : Number.NaN;
  return asked > 0 ? Math.min(asked, retryAfterMaxMs) : undefined;
}
