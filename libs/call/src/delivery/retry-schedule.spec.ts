import { describe, expect, it } from 'vitest';
import { nextTryAfterMs, retryDelaysMs } from './retry-schedule.ts';

describe('the schedule of a failing webhook', () => {
  it('is 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h after the immediate try', () => {
    expect(retryDelaysMs.map((ms) => ms / 60_000)).toEqual([5 / 60, 5, 30, 120, 300, 600, 840, 1_200, 1_440]);
  });

  it('adds up to a tenth, always the same for one delivery and try', () => {
    for (const [index, delayMs] of retryDelaysMs.entries()) {
      const waits = Array.from({ length: 200 }, (_, n) => nextTryAfterMs(index + 1, `att_${n}.crm`) ?? Number.NaN);
      expect(Math.min(...waits)).toBeGreaterThanOrEqual(delayMs);
      expect(Math.max(...waits)).toBeLessThanOrEqual(delayMs * 1.1);
      expect(new Set(waits).size).toBeGreaterThan(100);
    }
    expect(nextTryAfterMs(3, 'att_1.crm')).toBe(nextTryAfterMs(3, 'att_1.crm'));
  });

  it('waits longer if the receiver requests more, and not less if it requests less', () => {
    expect(nextTryAfterMs(1, 'd', 60_000)).toBeGreaterThanOrEqual(60_000);
    expect(nextTryAfterMs(1, 'd', 60_000)).toBeLessThanOrEqual(66_000);
    expect(nextTryAfterMs(2, 'd', 60_000)).toBe(nextTryAfterMs(2, 'd'));
    expect(nextTryAfterMs(10, 'd', 60_000)).toBeUndefined();
  });

  it('ends after ten tries', () => {
    expect(nextTryAfterMs(9, 'd')).toBeDefined();
    expect(nextTryAfterMs(10, 'd')).toBeUndefined();
  });
});
