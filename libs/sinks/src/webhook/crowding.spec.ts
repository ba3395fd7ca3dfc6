import { describe, expect, it } from 'vitest';
import { createCrowding } from './crowding.ts';

const limits = { waitingMax: 3, slowMs: 1_000 };
function aCrowd(requests: number, at = 0) {
  const crowding = createCrowding(limits);
  return { crowding, leaves: Array.from({ length: requests }, () => crowding.enter(at)) };
}

describe('given requests under way to one receiver', () => {
  it.each([
    { what: 'few have waited for long', requests: 2, now: 60_000, crowded: false },
    { what: 'many have begun just now', requests: 500, now: 999, crowded: false },
    { what: 'many have waited for long', requests: 3, now: 1_000, crowded: true },
  ])('when $what, then one more is crowded: $crowded', ({ requests, now, crowded }) => {
    expect(aCrowd(requests).crowding.isCrowded(now)).toBe(crowded);
  });

  const roomAt = (crowding: ReturnType<typeof createCrowding>, now: number) => {
    const leaves: ((now: number) => void)[] = [];
    while (leaves.length < 100 && !crowding.isCrowded(now)) leaves.push(crowding.enter(now));
    return leaves;
  };

  it('when they have timed out together, then no more than that many take their places', () => {
    const { crowding, leaves } = aCrowd(500);
    for (const leave of leaves) leave(15_000);
    expect(roomAt(crowding, 15_000)).toHaveLength(3);
  });

  it('when one is answered in time after that, then there is room for any number', () => {
    const { crowding, leaves } = aCrowd(500);
    for (const leave of leaves) leave(15_000);
    const [first] = roomAt(crowding, 15_000);
    first?.(15_200);
    expect(roomAt(crowding, 15_200)).toHaveLength(100);
  });
});
