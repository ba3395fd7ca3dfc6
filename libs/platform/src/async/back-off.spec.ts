import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';

test('the delay doubles up to the longest, and stays there', () => {
  const delays = [1, 2, 3, 6, 7, 100, 1_000_000].map((n) => backOffMs(n, { firstMs: 1_000, maxMs: 60_000 }));
  expect(delays).toEqual([1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000]);
});

test.each([
  [1, 0, 250],
  [1, 1, 500],
  [2, 0, 500],
  [4, 0.5, 3_000],
  [6, 0, 7_500],
  [6, 1, 15_000],
  [1_000, 1, 15_000],
])('with half of it spread, after %i failures with random %d it is %i ms', (failures, random, ms) => {
  expect(backOffMs(failures, { firstMs: 500, maxMs: 15_000, spread: 0.5 }, () => random)).toBe(ms);
});
