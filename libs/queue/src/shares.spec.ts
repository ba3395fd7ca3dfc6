import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shares } from './create-workers.ts';

test.each([
  [1, [1]],
  [50, [50]],
  [51, [25, 26]],
  [120, [40, 40, 40]],
])('a concurrency of %i is shared out as %j', (concurrency, parts) => {
  expect(shares(concurrency)).toEqual(parts);
});

test('parts add up to the concurrency, and none is larger than a worker may be', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), (concurrency) => {
      const parts = shares(concurrency);
      expect(parts.reduce((sum, part) => sum + part, 0)).toBe(concurrency);
      expect(Math.max(...parts)).toBeLessThanOrEqual(50);
      expect(Math.min(...parts)).toBeGreaterThan(0);
    }),
  );
});
