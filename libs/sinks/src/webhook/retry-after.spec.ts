import { describe, expect, it } from 'vitest';
import { retryAfterMaxMs, retryAfterMs } from './retry-after.ts';

const now = Date.UTC(2026, 2, 2, 7);

describe('the wait that a receiver requests by Retry-After', () => {
  it.each([
    ['seconds', '120', 120_000],
    ['seconds with space around them', ' 7 ', 7_000],
    ['a date to come', 'Mon, 02 Mar 2026 07:01:30 GMT', 90_000],
    ['more than an hour', '86400', retryAfterMaxMs],
    ['a number without end', '9'.repeat(400), retryAfterMaxMs],
    ['a date next year', 'Tue, 02 Mar 2027 07:00:00 GMT', retryAfterMaxMs],
  ])('%s', (_what, header, ms) => {
    expect(retryAfterMs(header, now)).toBe(ms);
  });

  it.each([
    ['no header', null],
    ['nothing', ''],
    ['no wait', '0'],
    ['a date that is past', 'Mon, 02 Mar 2026 06:59:59 GMT'],
    ['a negative number', '-5'],
    ['a fraction', '1.5'],
    ['a date of another form', '2026-03-02T08:00:00Z'],
    ['a date that is none', 'Mon, 99 Mar 2026 07:01:30 GMT'],
    ['words', 'soon'],
  ])('%s asks for nothing', (_what, header) => {
    expect(retryAfterMs(header, now)).toBeUndefined();
  });
});
