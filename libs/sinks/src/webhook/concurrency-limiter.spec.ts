import { describe, expect, it } from 'vitest';
import { createConcurrencyLimiter } from './concurrency-limiter.ts';

const limits = { waitingMax: 3, slowMs: 1_000 };
function aCrowd(requests: number, at = 0) {
  const limiter = createConcurrencyLimiter(limits);
  return { limiter, leaves: Array.from({ length: requests }, () => limiter.enter(at)) };
}

describe('given requests under way to one receiver', () => {
  it.each([
    { what: 'few have waited for long', requests: 2, now: 60_000, crowded: false },
    { what: 'many have begun just now', requests: 500, now: 999, crowded: false },
    { what: 'many have waited for long', requests: 3, now: 1_000, crowded: true },
  ])('when $what, then one more is crowded: $crowded', ({ requests, now, crowded }) => {
    expect(aCrowd(requests).limiter.isCrowded(now)).toBe(crowded);
  });

  const roomAt = (limiter: ReturnType<typeof createConcurrencyLimiter>, now: number) => {
    const leaves: ((now: number) => void)[] = [];
    while (leaves.length < 100 && !limiter.isCrowded(now)) leaves.push(limiter.enter(now));
    return leaves;
  };

  it('when they have timed out together, then no more than that many follow', () => {
    const { limiter, leaves } = aCrowd(500);
    for (const leave of leaves) leave(15_000);
    expect(roomAt(limiter, 15_000)).toHaveLength(3);
  });

  it('when one is answered in time after that, then there is room for any number', () => {
    const { limiter, leaves } = aCrowd(500);
    for (const leave of leaves) leave(15_000);
    const [first] = roomAt(limiter, 15_000);
    first?.(15_200);
    expect(roomAt(limiter, 15_200)).toHaveLength(100);
  });
});
