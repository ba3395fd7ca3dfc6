import { parseInstant, parseLocalTime } from '@redial/call';

/** A time this little in the past is a clock that runs apart, or the minute that has just begun: it means now. */
export const pastGraceMs = 60_000;
/** A call further ahead than this is a mistake (and the queue's clock ends in 2039). */
export const aheadMsMax = 366 * 86_400_000;

export type Timestamp = { readonly ok: true; readonly at: number } | NoTimestamp;

export interface NoTimestamp {
  readonly ok: false;
  readonly message: string;
}

/** How a time is written. */
export const timestampForms =
  'RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900';

/** RFC 3339 with an offset, or `YYYYMMDDhhmm` in the tenant's zone → epoch ms. */
export function readTimestamp(written: string, zone: string): Timestamp {
  const moment = /^[0-9]{12}$/.test(written) ? parseLocalTime(written, zone) : parseInstant(written);
  return moment.ok ? moment : { ok: false, message: `is not a date and time of the calendar: write ${timestampForms}` };
}

/** In a query the `+` of an offset that was not encoded arrives as a space, and a space before `hh:mm` can have been nothing else. */
export function restoreOffset(written: unknown): unknown {
  return typeof written === 'string' ? written.replace(/^(\d\S*[Tt]\S*\d) (\d{2}:\d{2})$/, '$1+$2') : written;
}

/** A time that was right once: that it is past is all that is wrong with it. */
export interface PastTimestamp extends NoTimestamp {
  readonly pastAt: number;
}

/** The same, and it must lie ahead. */
export function readFuture(written: string, zone: string, now: number): Timestamp | PastTimestamp {
  const moment = readTimestamp(written, zone);
  if (!moment.ok) return moment;
  if (moment.at < now - pastGraceMs) return { ok: false, message: 'is in the past', pastAt: moment.at };
  if (moment.at > now + aheadMsMax) return { ok: false, message: 'is more than 366 days ahead' };
  return moment;
}
