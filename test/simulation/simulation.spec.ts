import { randomInt } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { backedUp, mutants, shownBy, usualSeed } from './mutants.ts';
import { type Ran, runWorld } from './world.ts';

/** A failure names its seed: `npm run simulate -- --seed <n> --steps <n> --trace` replays it, line by line. */
const steps = 15_000;
const fixed = Array.from({ length: 20 }, (_, n) => n + 1);
const fresh = Array.from({ length: 5 }, () => randomInt(1_000, 2 ** 31));
const inTime = { timeout: 120_000 };

describe('given a world in which everything breaks', () => {
  it.each([...fixed, ...fresh])('with seed %i, then its books agree', inTime, async (seed) => {
    const ran = await runWorld({ seed, steps });
    expect(ran.violations, `npm run simulate -- --seed ${seed} --steps ${steps} --trace`).toEqual([]);
    const { accepted, attempts, originates, cdrs, connected, lost, unknown } = ran.counts;
    expect(cdrs).toBe(attempts);
    if (ran.weather === 'calm') expect(lost + unknown).toBe(0);
    expect(originates).toBeLessThanOrEqual(attempts);
    // The world did some work.
    expect(Math.min(accepted, connected)).toBeGreaterThan(0);
  });

  it('when it is replayed, then it is the same, line for line', inTime, async () => {
    const play = async () => {
      const lines: string[] = [];
      const { counts, simulatedSeconds } = await runWorld({ seed: 7, steps: 5_000, trace: (line) => lines.push(line) });
      return { lines, counts, simulatedSeconds };
    };
    const first = await play();
    expect(first.lines.length).toBeGreaterThan(100);
    expect(await play()).toEqual(first);
  });
});

describe('given a world with one part broken on purpose', () => {
  it.each(mutants)('when %s, then the books find it', { timeout: 300_000 }, async (mutant) => {
    let ran: Ran | undefined;
    for (const seed of [shownBy[mutant] ?? usualSeed, ...Array.from({ length: 300 }, (_, n) => n + 1)]) {
      ran = await runWorld({ seed, steps, mutant });
      if (ran.violations.length > 0) break;
    }
    expect(ran?.violations).not.toEqual([]);
  });
});

describe('given a world with one broken part that another part replaces', () => {
  it.each(backedUp)('when %s, then the promise of that part (B7) is kept', inTime, async (piece) => {
    for (const seed of [1, 2, 3]) {
      const { violations } = await runWorld({ seed, steps, mutant: piece });
      // A call that no gate defers to tomorrow may still be open when the world ends (B9).
      expect(violations.filter((violation) => violation.startsWith('B7'))).toEqual([]);
    }
  });
});
