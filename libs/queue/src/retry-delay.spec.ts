import { expect, it } from 'vitest';
import { retryDelayMs } from './retry-delay.ts';

it('doubles from 1 s to 1 minute, and stays there for ever', () => {
  expect([1, 2, 3, 6, 7, 100, 1_000_000].map(retryDelayMs)).toEqual([
    1_000, 2_000, 4_000, 32_000, 60_000, 60_000, 60_000,
  ]);
});
