import { DateTime, IANAZone } from 'luxon';
import type { Result } from '../result.ts';

/** An IANA time-zone name that this Node supports. */
export function isTimeZone(zone: string): boolean {
  return IANAZone.isValidZone(zone);
}

/**
 * `YYYYMMDDhhmm` in a time zone → epoch ms. A local time that does not exist (spring) is the first instant after the
 * gap. One that exists twice (autumn) is the earlier instant.
 */
export function parseLocalTime(written: string, zone: string): Result<number> {
  if (!/^[0-9]{12}$/.test(written)) return { ok: false, message: 'must be YYYYMMDDhhmm' };
  const [year, month, day, hour, minute] = [
    written.slice(0, 4),
    written.slice(4, 6),
    written.slice(6, 8),
    written.slice(8, 10),
    written.slice(10, 12),
  ].map(Number) as [number, number, number, number, number];
  const asUtc = DateTime.utc(year, month, day, hour, minute);
  if (!asUtc.isValid || hour > 23) return { ok: false, message: 'is not a date' };
  const at = earliestReading(asUtc, zone);
  return at >= 0 ? { ok: true, value: at } : { ok: false, message: 'is not a date' };
}

const rfc3339 =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt]([01][0-9]|2[0-3]):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,9}))?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/;

/** RFC 3339 with an offset → epoch ms. A time without an offset is refused: it could mean several instants. */
export function parseInstant(written: string): Result<number> {
  const parts = rfc3339.exec(written);
  if (parts === null) return { ok: false, message: 'must be RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00' };
  const date = parts.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  // Built from its parts, for speed: luxon's own reading of ISO text takes four times as long, and a batch has a
  // thousand calls.
  const asUtc = DateTime.utc(...date);
  if (!asUtc.isValid) return { ok: false, message: 'is not a date' };
  const [, , , , , , , fraction = '', sign, offsetHours = 0, offsetMinutes = 0] = parts;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000 * (sign === '-' ? -1 : 1);
  const at = asUtc.toMillis() + Number(fraction.slice(0, 3).padEnd(3, '0')) - offsetMs;
  return at >= 0 ? { ok: true, value: at } : { ok: false, message: 'is not a date' };
}

/**
 * The instants at which clocks in `zone` show `wallClock` (given as if in UTC), earliest first. There are two where an
 * hour comes twice. Where the hour is skipped, there is one: the instant that ends the gap.
 */
export function readingsOf(wallClock: DateTime, zone: string): readonly number[] {
  const wall = wallClock.toMillis();
  const offsetMs = (at: number): number => DateTime.fromMillis(at, { zone }).offset * 60_000;
  // Every offset in force within a day around the time, and the instants that they give.
  const offsets = [...new Set([offsetMs(wall - 86_400_000), offsetMs(wall), offsetMs(wall + 86_400_000)])];
  const readings = offsets.map((o) => wall - o).filter((at) => at + offsetMs(at) === wall);
  if (readings.length > 0) return readings.toSorted((a, b) => a - b);
  return [endOfGap(wall - Math.max(...offsets), wall - Math.min(...offsets), offsetMs)];
}

function earliestReading(wallClock: DateTime, zone: string): number {
  const [earliest] = readingsOf(wallClock, zone);
  if (earliest === undefined) throw new RangeError('a reading without an instant');
  return earliest;
}

/** The calendar day (YYYY-MM-DD) of an instant. Caps per day count by it. */
export function dayOf(at: number, zone: string): string {
  return formatInstant(at, zone).slice(0, 10);
}

/** The first instant of the day after `now`. */
export function nextDayAt(now: number, zone: string): number {
  const { year, month, day } = DateTime.fromMillis(now, { zone });
  return earliestReading(DateTime.utc(year, month, day).plus({ days: 1 }), zone);
}

/** The instant between `before` and `after` at which the offset changes. */
function endOfGap(before: number, after: number, offsetMs: (at: number) => number): number {
  const old = offsetMs(before);
  let [low, high] = [before, after];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetMs(middle) === old) low = middle;
    else high = middle;
  }
  return high;
}

/** An instant as RFC 3339 in a zone, with its offset. Throws RangeError for an invalid instant or zone. */
export function formatInstant(at: number, zone = 'utc'): string {
  const written = DateTime.fromMillis(at, { zone }).toISO();
  if (written === null) throw new RangeError(`not an instant in a time zone: ${at} in ${zone}`);
  return written;
}
