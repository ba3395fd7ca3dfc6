import { Tenant } from '@redial/call';
import { describe, expect, it, test } from 'vitest';
import { acme, now } from '../../testing/acme.ts';
import { goodV1Call as good, v1ErrorsOf, v1RequestOf } from '../../testing/v1-request.ts';

describe('times', () => {
  test.each([
    ['RFC 3339', '2026-01-15T12:30:00+02:00', Date.UTC(2026, 0, 15, 10, 30)],
    ['RFC 3339 in UTC', '2026-01-15T10:30:00Z', Date.UTC(2026, 0, 15, 10, 30)],
    ["a local time in the tenant's zone", '202601151230', Date.UTC(2026, 0, 15, 10, 30)],
    ['this very minute', '202601151200', Date.UTC(2026, 0, 15, 10)],
    ['a clock that runs a little behind', '2026-01-15T09:59:30Z', Date.UTC(2026, 0, 15, 9, 59, 30)],
  ])('notBefore takes %s', (_name, notBefore, at) => {
    expect(v1RequestOf({ ...good, notBefore }).notBeforeAt).toBe(at);
  });

  test.each([
    ['the past', '2026-01-15T09:58:00Z', 'is in the past'],
    ['a local time in the past', '202601151158', 'is in the past'],
    ['far ahead', '2027-01-18T00:00:00Z', 'is more than 366 days ahead'],
    [
      'a day that does not exist',
      '2026-02-30T10:00:00Z',
      'is not a date and time of the calendar: write RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900',
    ],
    [
      'a local day that does not exist',
      '202602301000',
      'is not a date and time of the calendar: write RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900',
    ],
    [
      'a time without an offset',
      '2026-01-16T10:00:00',
      'is not a date and time of the calendar: write RFC 3339 with an offset, like 2026-03-29T09:00:00+02:00, or YYYYMMDDhhmm in your time zone, like 202603290900',
    ],
  ])('notBefore refuses %s', (_name, notBefore, message) => {
    expect(v1ErrorsOf({ ...good, notBefore })).toEqual({ '/notBefore': message });
  });

  it('expiresAt must lie in the future, and after notBefore', () => {
    expect(v1ErrorsOf({ ...good, expiresAt: new Date(now).toISOString() })).toEqual({ '/expiresAt': 'is in the past' });
    expect(v1ErrorsOf({ ...good, notBefore: '202601161000', expiresAt: '202601161000' })).toEqual({
      '/expiresAt': 'must be later than notBefore',
    });
  });

  it('a local time that a zone skips in spring is the first after the gap', () => {
    const berlin = Tenant.parse({ ...acme, timeZone: 'Europe/Berlin' });
    expect(v1RequestOf({ ...good, notBefore: '202603290230' }, berlin).notBeforeAt).toBe(Date.UTC(2026, 2, 29, 1));
  });
});
