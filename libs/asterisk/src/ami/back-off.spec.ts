import { expect, test } from 'vitest';
import { backOffMs } from './back-off.ts';

test.each([
  [1, 0, 250],
  [1, 1, 500],
  [2, 0, 500],
  [4, 0.5, 3_000],
  [6, 0, 7_500],
  [6, 1, 15_000],
  [1_000, 1, 15_000],
])('after %i failures with random %d it waits %i ms', (failures, random, ms) => {
  expect(backOffMs(failures, random)).toBe(ms);
});
