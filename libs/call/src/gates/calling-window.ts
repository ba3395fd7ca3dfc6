import { DateTime } from 'luxon';
import { z } from 'zod';
import { readingsOf } from '../time/schedule.ts';

const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const clockTime = z.string().regex(/^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$/, 'a time of day: hh:mm, such as 08:30');

/** When numbers may be dialled, in the tenant's time zone: on these days, from `from` until before `to`. */
export const CallingWindow = z
  .strictObject({ days: z.array(z.enum(weekdays)).min(1), from: clockTime, to: clockTime })
  .refine((w) => w.from < w.to, { message: 'must be later than from', path: ['to'] });
export type CallingWindow = z.infer<typeof CallingWindow>;

/**
 * How far ahead a window is looked for: two weeks and the day in hand, since a clock change may swallow a weekly one.
 */
const daysAhead = 15;

/**
 * The first instant from `now` on that lies in one of the windows; `now` itself if it does, undefined if none ever
 * comes. No windows at all means always. Across a clock change a window is never longer than the clock on the wall
 * allows.
 */
export function nextOpening(windows: readonly CallingWindow[], zone: string, now: number): number | undefined {
  if (windows.length === 0) return now;
  const { year, month, day } = DateTime.fromMillis(now, { zone });
  const today = DateTime.utc(year, month, day);
  // Date by date, and no further than needed: this is computed for every call that comes due.
  for (let ahead = 0; ahead < daysAhead; ahead++) {
    const date = today.plus({ days: ahead });
    const openings = windows
      .filter(({ days }) => days.some((d) => d === weekdays[date.weekday - 1]))
      .map((window) => span(date, window, zone))
      .filter(({ from, to }) => from < to && to > now);
    if (openings.length > 0) return Math.max(now, Math.min(...openings.map(({ from }) => from)));
  }
  return undefined;
}

/** One date's window. Where the clock shows a time twice, it opens at the later and closes at the earlier. */
function span(date: DateTime, { from, to }: CallingWindow, zone: string): { from: number; to: number } {
  return {
    from: Math.max(...readingsOf(atClock(date, from), zone)),
    to: Math.min(...readingsOf(atClock(date, to), zone)),
  };
}

function atClock(date: DateTime, clock: string): DateTime {
  const [hours, minutes] = clock.split(':').map(Number) as [number, number];
  return date.plus({ hours, minutes });
}
