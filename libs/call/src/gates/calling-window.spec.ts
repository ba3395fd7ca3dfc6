import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { formatInstant } from '../time/schedule.ts';
import { CallingWindow, nextOpening } from './calling-window.ts';

const workdays = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const everyDay = [...workdays, 'sat', 'sun'] as const;
const office: CallingWindow = { days: [...workdays], from: '09:00', to: '17:00' };
const instant = (written: string): number => DateTime.fromISO(written, { setZone: true }).toMillis();

function opening(windows: readonly CallingWindow[], zone: string, now: string): string | undefined {
  const at = nextOpening(windows, zone, instant(now));
  return at === undefined ? undefined : formatInstant(at, zone);
}

describe('office hours from Monday to Friday', () => {
  // 15 January 2026 is a Thursday.
  it.each([
    ['in the middle: now', '2026-01-15T12:34:56.789+02:00', '2026-01-15T12:34:56.789+02:00'],
    ['at the opening: now', '2026-01-15T09:00:00+02:00', '2026-01-15T09:00:00.000+02:00'],
    ['a moment before: at the opening', '2026-01-15T08:59:59.999+02:00', '2026-01-15T09:00:00.000+02:00'],
    ['the last moment: now', '2026-01-15T16:59:59.999+02:00', '2026-01-15T16:59:59.999+02:00'],
    ['at the close: tomorrow', '2026-01-15T17:00:00+02:00', '2026-01-16T09:00:00.000+02:00'],
    ['on Friday evening: on Monday', '2026-01-16T17:00:00+02:00', '2026-01-19T09:00:00.000+02:00'],
    ['on Sunday: on Monday', '2026-01-18T12:00:00+02:00', '2026-01-19T09:00:00.000+02:00'],
    [
      'computed in another zone, by the tenant’s own hours',
      '2026-01-15T23:00:00-10:00',
      '2026-01-16T11:00:00.000+02:00',
    ],
  ])('%s', (_when, now, expected) => {
    expect(opening([office], 'Africa/Johannesburg', now)).toBe(expected);
  });
});

describe('windows', () => {
  it('none at all: always', () => {
    expect(nextOpening([], 'utc', 42)).toBe(42);
  });

  it('several: the one that opens first', () => {
    const saturday: CallingWindow = { days: ['sat'], from: '10:00', to: '12:00' };
    const evening: CallingWindow = { days: ['fri'], from: '18:00', to: '20:00' };
    expect(opening([office, saturday, evening], 'utc', '2026-01-16T17:30:00Z')).toBe('2026-01-16T18:00:00.000Z');
    expect(opening([office, saturday, evening], 'utc', '2026-01-16T20:30:00Z')).toBe('2026-01-17T10:00:00.000Z');
  });

  it('one a week that has just closed: in a week', () => {
    const monday: CallingWindow = { days: ['mon'], from: '09:00', to: '10:00' };
    expect(opening([monday], 'utc', '2026-01-19T10:00:00Z')).toBe('2026-01-26T09:00:00.000Z');
  });

  it('until 24:00: to the end of the day, and not into the next', () => {
    const saturday: CallingWindow = { days: ['sat'], from: '20:00', to: '24:00' };
    expect(opening([saturday], 'utc', '2026-01-17T23:59:59Z')).toBe('2026-01-17T23:59:59.000Z');
    expect(opening([saturday], 'utc', '2026-01-18T00:00:00Z')).toBe('2026-01-24T20:00:00.000Z');
  });
});

describe('on the day the clocks change', () => {
  const all = (from: string, to: string): CallingWindow => ({ days: [...everyDay], from, to });

  it.each([
    // London, 29 March 2026: 01:00 to 02:00 is skipped.
    [
      'spring: opens in the gap: at its end',
      'Europe/London',
      all('01:30', '05:00'),
      '2026-03-29T00:00:00Z',
      '2026-03-29T02:00:00.000+01:00',
    ],
    [
      'spring: closes in the gap: at its end',
      'Europe/London',
      all('00:00', '01:30'),
      '2026-03-29T02:10:00+01:00',
      '2026-03-30T00:00:00.000+01:00',
    ],
    [
      'spring: lies in the gap: the next day',
      'Europe/London',
      all('01:10', '01:50'),
      '2026-03-29T00:00:00Z',
      '2026-03-30T01:10:00.000+01:00',
    ],
    [
      'spring: office hours are the wall’s',
      'Europe/London',
      all('09:00', '17:00'),
      '2026-03-29T00:00:00Z',
      '2026-03-29T09:00:00.000+01:00',
    ],
    // London, 25 October 2026: 01:00 to 02:00 comes twice.
    [
      'autumn: opens in the hour that comes twice: the second time',
      'Europe/London',
      all('01:30', '05:00'),
      '2026-10-25T00:00:00+01:00',
      '2026-10-25T01:30:00.000+00:00',
    ],
    [
      'autumn: closes in it: the first time',
      'Europe/London',
      all('00:00', '01:30'),
      '2026-10-25T01:30:00+01:00',
      '2026-10-26T00:00:00.000+00:00',
    ],
    [
      'autumn: spans it: throughout',
      'Europe/London',
      all('00:00', '05:00'),
      '2026-10-25T01:30:00+00:00',
      '2026-10-25T01:30:00.000+00:00',
    ],
    // Sao Paulo, 4 November 2018: midnight to 01:00 is skipped.
    [
      'skipped midnight: the evening before ends at it',
      'America/Sao_Paulo',
      all('20:00', '24:00'),
      '2018-11-04T01:30:00-02:00',
      '2018-11-04T20:00:00.000-02:00',
    ],
    [
      'skipped midnight: the day’s own evening lasts to the next',
      'America/Sao_Paulo',
      all('20:00', '24:00'),
      '2018-11-05T00:00:00-02:00',
      '2018-11-05T20:00:00.000-02:00',
    ],
    // Apia, 30 December 2011 was skipped.
    [
      'skipped day: the day after',
      'Pacific/Apia',
      all('09:00', '17:00'),
      '2011-12-29T18:00:00-10:00',
      '2011-12-31T09:00:00.000+14:00',
    ],
    // Lord Howe, 4 October 2026: 02:00 to 02:30 is skipped.
    [
      'half an hour skipped',
      'Australia/Lord_Howe',
      all('02:15', '05:00'),
      '2026-10-04T01:59:00+10:30',
      '2026-10-04T02:30:00.000+11:00',
    ],
  ])('%s', (_what, zone, window, now, expected) => {
    expect(opening([window], zone, now)).toBe(expected);
  });

  it('a weekly window that the change swallows opens the week after', () => {
    const sunday: CallingWindow = { days: ['sun'], from: '01:10', to: '01:50' };
    expect(opening([sunday], 'Europe/London', '2026-03-28T12:00:00Z')).toBe('2026-04-05T01:10:00.000+01:00');
    expect(opening([sunday], 'Europe/London', '2026-03-22T03:00:00Z')).toBe('2026-04-05T01:10:00.000+01:00');
  });
});

describe('an opening', () => {
  const clock = fc
    .integer({ min: 0, max: 48 })
    .map((n) => `${String(Math.floor(n / 2)).padStart(2, '0')}:${n % 2 === 0 ? '00' : '30'}`);
  const window: fc.Arbitrary<CallingWindow> = fc
    .record({ days: fc.uniqueArray(fc.constantFrom(...everyDay), { minLength: 1 }), from: clock, to: clock })
    .filter((w) => w.from < w.to);
  const zone = fc.constantFrom(
    'Europe/London',
    'America/New_York',
    'Australia/Lord_Howe',
    'Africa/Johannesburg',
    'America/Sao_Paulo',
  );
  // Around clock changes, where faults are likely.
  const now = fc
    .tuple(
      fc.constantFrom(
        '2026-03-29T01:00:00Z',
        '2026-10-25T01:00:00Z',
        '2026-03-08T07:00:00Z',
        '2026-11-01T06:00:00Z',
        '2026-10-03T15:30:00Z',
        '2018-11-04T03:00:00Z',
      ),
      fc.integer({ min: -3 * 1_440, max: 3 * 1_440 }),
    )
    .map(([change, minutes]) => instant(change) + minutes * 60_000);

  it('is never before now, and always within a window by local time', () => {
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), zone, now, (windows, timeZone, at) => {
        const next = nextOpening(windows, timeZone, at);
        if (next === undefined) throw new Error('no window ever opens');
        expect(next).toBeGreaterThanOrEqual(at);
        const wall = DateTime.fromMillis(next, { zone: timeZone });
        const day = everyDay[wall.weekday - 1];
        const time = wall.toFormat('HH:mm');
        expect(windows.some((w) => w.days.some((d) => d === day) && w.from <= time && time < w.to)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('is now once it has come', () => {
    fc.assert(
      fc.property(fc.array(window, { minLength: 1, maxLength: 3 }), zone, now, (windows, timeZone, at) => {
        const next = nextOpening(windows, timeZone, at);
        expect(next !== undefined && nextOpening(windows, timeZone, next)).toBe(next);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a calling window', () => {
  it.each([
    ['09:00', '17:00', true],
    ['00:00', '24:00', true],
    ['17:00', '09:00', false],
    ['09:00', '09:00', false],
    ['9:00', '17:00', false],
    ['09:00', '24:01', false],
    ['24:00', '24:00', false],
    ['09:60', '17:00', false],
    ['٠٩:00', '17:00', false],
  ])('from %s to %s: %s', (from, to, ok) => {
    expect(CallingWindow.safeParse({ days: ['mon'], from, to }).success).toBe(ok);
  });

  it('is on at least one day', () => {
    expect(CallingWindow.safeParse({ days: [], from: '09:00', to: '17:00' }).success).toBe(false);
    expect(CallingWindow.safeParse({ days: ['funday'], from: '09:00', to: '17:00' }).success).toBe(false);
  });
});
