import { parseInstant, parseLocalTime, type Result } from '@redial/call';

/** A time up to this long ago means now: the client's clock may be slow, or the minute may have just begun. */
const pastGraceMs = 60_000;
/** A call further ahead than this is a mistake (and the queue's clock ends in 2039). */
const aheadMsMax = 366 * 86_400_000;

export const timestampForms =
  'RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900';

/** RFC 3339 with an offset, or `YYYYMMDDhhmm` in the tenant's zone → epoch ms. */
export function readTimestamp(written: string, zone: string): Result<number> {
  const parsed = /^[0-9]{12}$/.test(written) ? parseLocalTime(written, zone) : parseInstant(written);
  if (parsed.ok) return parsed;
  return { ok: false, message: `is not a date and time of the calendar: write ${timestampForms}` };
}

/**
 * In a query, the `+` of an offset that was not encoded arrives as a space; a space before `hh:mm` can have been
 * nothing else.
 */
export function restoreOffset(written: unknown): unknown {
  return typeof written === 'string' ? written.replace(/^(\d\S*[Tt]\S*\d) (\d{2}:\d{2})$/, '$1+$2') : written;
}

interface RefusedTimestamp {
  readonly message: string;
  /** Of a timestamp whose only error is that it has passed: epoch ms. */
  readonly pastAt?: number;
}

/** As `readTimestamp`, and the time must lie ahead. */
export function readFuture(written: string, zone: string, now: number): Result<number, RefusedTimestamp> {
  const timestamp = readTimestamp(written, zone);
  if (!timestamp.ok) return timestamp;
  const at = timestamp.value;
  if (at < now - pastGraceMs) return { ok: false, message: 'is in the past', pastAt: at };
  return at > now + aheadMsMax ? { ok: false, message: 'is more than 366 days ahead' } : timestamp;
}
