import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { formatInstant, isTimeZone, nextDayAt, parseInstant, parseLocalTime } from './schedule.ts';

const zones = [
  'Africa/Johannesburg',
  'Europe/London',
  'America/New_York',
  'America/Sao_Paulo',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'utc',
];

function local(written: string, zone: string): string {
  const parsed = parseLocalTime(written, zone);
  return parsed.ok ? formatInstant(parsed.value, 'utc') : parsed.message;
}

describe('YYYYMMDDhhmm in a time zone', () => {
  it.each([
    ['a winter morning', '202601151030', 'Europe/London', '2026-01-15T10:30:00.000Z'],
    ['a summer morning', '202607151030', 'Europe/London', '2026-07-15T09:30:00.000Z'],
    ['a zone without summer time', '202601151030', 'Africa/Johannesburg', '2026-01-15T08:30:00.000Z'],
    ['a leap day', '202802291200', 'utc', '2028-02-29T12:00:00.000Z'],
    // Spring: the hour that does not exist is the first instant after it.
    ['London, skipped 01:00', '202603290100', 'Europe/London', '2026-03-29T01:00:00.000Z'],
    ['London, skipped 01:30', '202603290130', 'Europe/London', '2026-03-29T01:00:00.000Z'],
    ['London, the minute before', '202603290059', 'Europe/London', '2026-03-29T00:59:00.000Z'],
    ['London, the minute after', '202603290200', 'Europe/London', '2026-03-29T01:00:00.000Z'],
    ['New York, skipped 02:30', '202603080230', 'America/New_York', '2026-03-08T07:00:00.000Z'],
    ['Lord Howe, skipped 02:15 of half an hour', '202610040215', 'Australia/Lord_Howe', '2026-10-03T15:30:00.000Z'],
    ['Sao Paulo, skipped midnight', '201811040000', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['Sao Paulo, skipped 00:59', '201811040059', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['Apia, skipped day', '201112301200', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['Apia, first minute of the skipped day', '201112300000', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    ['Apia, the day before', '201112292359', 'Pacific/Apia', '2011-12-30T09:59:00.000Z'],
    ['Apia, the day after', '201112310000', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
    // Autumn: the hour that comes twice is the first of them.
    ['London, 01:30 twice', '202610250130', 'Europe/London', '2026-10-25T00:30:00.000Z'],
    ['London, 02:00 once', '202610250200', 'Europe/London', '2026-10-25T02:00:00.000Z'],
    ['New York, 01:30 twice', '202611010130', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['Lord Howe, 01:45 twice', '202604050145', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['Sao Paulo, 23:30 twice', '201802172330', 'America/Sao_Paulo', '2018-02-18T01:30:00.000Z'],
  ])('%s: %s in %s', (_what, written, zone, expected) => {
    expect(local(written, zone)).toBe(expected);
  });

  it.each([
    ['30 February', '202602301200'],
    ['29 February of no leap year', '202602291200'],
    ['month 13', '202613011200'],
    ['month 0', '202600011200'],
    ['day 0', '202601001200'],
    ['24 o’clock', '202601012400'],
    ['minute 60', '202601011260'],
    ['before the epoch', '196912312359'],
    ['year 0', '000001010000'],
  ])('refuses %s', (_what, written) => {
    expect(parseLocalTime(written, 'utc')).toEqual({ ok: false, message: 'is not a date' });
  });

  it('refuses an instant before the epoch, even where local time is after it', () => {
    expect(parseLocalTime('197001010100', 'Asia/Tokyo')).toEqual({ ok: false, message: 'is not a date' });
  });

  it.each([
    ['Arabic digits', '٢٠٢٦٠١١٥١٠٣٠'],
    ['full-width digits', '２０２６０１１５１０３０'],
    ['a digit short', '20260115103'],
    ['a digit more', '2026011510300'],
    ['a line feed behind', '202601151030\n'],
    ['a blank before', ' 202601151030'],
    ['a sign', '+20260115103'],
    ['separators', '2026-01-15T1'],
    ['nothing', ''],
  ])('refuses %s', (_what, written) => {
    expect(parseLocalTime(written, 'utc')).toEqual({ ok: false, message: 'must be YYYYMMDDhhmm' });
  });

  it('is read back by the clocks of its zone, unless they skipped it', () => {
    const minutes = fc.integer({
      min: DateTime.utc(2000, 1, 1).toMillis() / 60_000,
      max: DateTime.utc(2040, 1, 1).toMillis() / 60_000,
    });
    fc.assert(
      fc.property(minutes, fc.constantFrom(...zones), (minute, zone) => {
        const shown = DateTime.fromMillis(minute * 60_000, { zone });
        const parsed = parseLocalTime(shown.toFormat('yyyyLLddHHmm'), zone);
        if (!parsed.ok) throw new Error(parsed.message);
        // A time that clocks showed at an instant is read back as that instant, or as the earlier of two.
        expect(parsed.value).toBeLessThanOrEqual(minute * 60_000);
        expect(DateTime.fromMillis(parsed.value, { zone }).toFormat('yyyyLLddHHmm')).toBe(
          shown.toFormat('yyyyLLddHHmm'),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('RFC 3339 with an offset', () => {
  it.each([
    ['2026-03-29T09:00:00+02:00', '2026-03-29T07:00:00.000Z'],
    ['2026-03-29T09:00:00Z', '2026-03-29T09:00:00.000Z'],
    ['2026-03-29t09:00:00z', '2026-03-29T09:00:00.000Z'],
    ['2026-03-29T09:00:00.5Z', '2026-03-29T09:00:00.500Z'],
    ['2026-03-29T09:00:00.123456789Z', '2026-03-29T09:00:00.123Z'],
    ['2026-03-29T09:00:00-00:30', '2026-03-29T09:30:00.000Z'],
    ['2026-03-29T00:00:00+14:00', '2026-03-28T10:00:00.000Z'],
  ])('%s is %s', (written, expected) => {
    const parsed = parseInstant(written);
    expect(parsed.ok && formatInstant(parsed.value)).toBe(expected);
  });

  it.each([
    ['no offset', '2026-03-29T09:00:00'],
    ['a date alone', '2026-03-29'],
    ['no seconds', '2026-03-29T09:00Z'],
    ['a blank for T', '2026-03-29 09:00:00Z'],
    ['an offset without colon', '2026-03-29T09:00:00+0200'],
    ['24 o’clock', '2026-03-29T24:00:00Z'],
    ['an offset of 99 hours', '2026-03-29T09:00:00+99:00'],
    ['an offset of 99 minutes', '2026-03-29T09:00:00+02:99'],
    ['Arabic digits', '٢٠٢٦-03-29T09:00:00Z'],
    ['a line feed behind', '2026-03-29T09:00:00Z\n'],
    ['ten digits of a second', '2026-03-29T09:00:00.1234567890Z'],
    ['nothing', ''],
  ])('refuses %s', (_what, written) => {
    expect(parseInstant(written)).toMatchObject({ ok: false, message: expect.stringContaining('RFC 3339') });
  });

  it.each([
    ['30 February', '2026-02-30T09:00:00Z'],
    ['minute 60', '2026-01-30T09:60:00Z'],
    ['a leap second', '2026-06-30T23:59:60Z'],
    ['before the epoch', '1969-12-31T23:59:59Z'],
  ])('refuses %s', (_what, written) => {
    expect(parseInstant(written)).toEqual({ ok: false, message: 'is not a date' });
  });

  it('reads back what it wrote, in every zone', () => {
    fc.assert(
      fc.property(fc.nat(4_000_000_000_000), fc.constantFrom(...zones), (at, zone) => {
        expect(parseInstant(formatInstant(at, zone))).toEqual({ ok: true, value: at });
      }),
    );
  });
});

describe('writing an instant', () => {
  it('gives the zone’s offset', () => {
    expect(formatInstant(0, 'Africa/Johannesburg')).toBe('1970-01-01T02:00:00.000+02:00');
    expect(formatInstant(0)).toBe('1970-01-01T00:00:00.000Z');
  });

  it('of an invalid instant is a bug', () => {
    expect(() => formatInstant(Number.NaN)).toThrow(RangeError);
    expect(() => formatInstant(0, 'Mars/Phobos')).toThrow(RangeError);
  });
});

describe('a time zone', () => {
  it.each(['Africa/Johannesburg', 'Europe/London', 'UTC'])('%s is one', (zone) => expect(isTimeZone(zone)).toBe(true));
  it.each(['Mars/Phobos', '', 'local', 'Europe/London\n'])('%j is none', (zone) =>
    expect(isTimeZone(zone)).toBe(false),
  );
});

describe('the next day', () => {
  it.each([
    ['an ordinary day', '2026-01-15T10:00:00+02:00', 'Africa/Johannesburg', '2026-01-15T22:00:00.000Z'],
    ['at midnight itself', '2026-01-15T00:00:00+02:00', 'Africa/Johannesburg', '2026-01-15T22:00:00.000Z'],
    ['a day of 23 hours', '2026-03-29T00:30:00Z', 'Europe/London', '2026-03-29T23:00:00.000Z'],
    ['a day of 25 hours', '2026-10-25T00:30:00+01:00', 'Europe/London', '2026-10-26T00:00:00.000Z'],
    ['before a skipped midnight', '2018-11-03T12:00:00-03:00', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
    ['before a skipped day', '2011-12-29T12:00:00-10:00', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
  ])('after %s', (_what, now, zone, expected) => {
    const parsed = parseInstant(now);
    expect(parsed.ok && formatInstant(nextDayAt(parsed.value, zone))).toBe(expected);
  });
});
