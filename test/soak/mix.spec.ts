import { describe, expect, it } from 'vitest';
import { faultSchedule } from './fault-schedule.ts';
import { soakCall } from './mix.ts';
import { randomOf } from './random.ts';

describe('given a seed', () => {
  it('when it is used again, then it chooses the same calls and the same faults', () => {
    const chosen = (seed: number) => {
      const random = randomOf(seed);
      return [Array.from({ length: 200 }, (_, n) => soakCall(n, random)), faultSchedule(random, 120_000)];
    };
    expect(chosen(11)).toEqual(chosen(11));
    expect(chosen(11)).not.toEqual(chosen(12));
  });

  it('then no two calls share a number that rings, and no target is struck while it is down', () => {
    const random = randomOf(5);
    const numbers = Array.from({ length: 5_000 }, (_, n) => soakCall(n, random)).flatMap((call) => [
      ...(call.dial1Rings ? [call.dial1] : []),
      call.dial2,
    ]);
    expect(new Set(numbers).size).toBe(numbers.length);
    const upAt = new Map<string, number>();
    for (const { target, atMs, downMs } of faultSchedule(random, 600_000)) {
      expect(atMs).toBeGreaterThanOrEqual(upAt.get(target) ?? 0);
      upAt.set(target, atMs + downMs);
    }
  });
});
