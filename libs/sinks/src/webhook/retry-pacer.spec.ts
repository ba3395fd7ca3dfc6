import { describe, expect, it } from 'vitest';
import { createRetryPacer } from './retry-pacer.ts';

const aCrowd = () => createRetryPacer({ soonestMs: 2_000, apartMs: 20, latestMs: 62_000 });

describe('given deliveries that cannot be sent now', () => {
  it('when one comes, then its turn is soon', () => {
    expect(aCrowd().afterMs(1_000)).toBe(2_000);
  });

  it('when many come at once, then each has a turn of its own, one after the other', () => {
    const { afterMs } = aCrowd();
    expect([1, 2, 3].map(() => afterMs(0))).toEqual([2_000, 2_020, 2_040]);
  });

  it('when they come back, then their new turns follow the others, and the pace is the same', () => {
    const { afterMs } = aCrowd();
    const dueAt = Array.from({ length: 1_000 }, () => afterMs(0));
    const again = dueAt.map((at) => at + afterMs(at));
    const all = [...dueAt, ...again];
    expect(new Set(all).size).toBe(2_000);
    expect(Math.max(...all)).toBe(2_000 + 1_999 * 20);
  });

  it('when the last turn is long ago, then a new delivery does not wait for it', () => {
    const { afterMs } = aCrowd();
    for (let n = 0; n < 1_000; n++) afterMs(0);
    expect(afterMs(60_000)).toBe(2_000);
  });

  it('when there are more than turns, then none waits longer than the latest turn, and turns are shared evenly', () => {
    const { afterMs } = aCrowd();
    const shared = new Map<number, number>();
    for (let n = 0; n < 7_500; n++) {
      const at = afterMs(0);
      shared.set(at, (shared.get(at) ?? 0) + 1);
    }
    expect(Math.max(...shared.keys())).toBeLessThanOrEqual(62_000);
    expect(Math.max(...shared.values())).toBe(3);
  });

  it('when the clock is set back by a day, then no delivery waits for a day', () => {
    const { afterMs } = aCrowd();
    afterMs(86_400_000);
    expect(afterMs(0)).toBe(2_000);
  });
});
