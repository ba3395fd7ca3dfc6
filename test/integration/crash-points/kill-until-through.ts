import { expect } from 'vitest';
import type { CrashWorld } from './crash-world.ts';
import type { MortalProcess } from './mortal-process.ts';

/** How much later each process is started than the one before: longer than anybody leaves anything to whoever began it. */
const laterMs = 60_000;

export interface Killing<T> {
  /** The process that is killed; its clock is to be so far ahead. */
  readonly start: (aheadMs: number) => Promise<MortalProcess>;
  /** What it will find to do. */
  readonly begin: () => Promise<T>;
  /** From here on its operations are counted. */
  readonly handOver?: (work: T) => Promise<void>;
  /** Nobody has anything left to do about it. */
  readonly isDone: (work: T) => Promise<boolean>;
  readonly afterwards?: (work: T) => Promise<void>;
}

/**
 * Gives the same work to a process that is killed before its first operation, then before its second, and so on, until one gets
 * through. Each time the next process takes over what was left, and is killed at the next work.
 */
export async function killUntilThrough<T>(
  world: CrashWorld,
  { start, begin, handOver, isDone, afterwards }: Killing<T>,
): Promise<{ readonly works: readonly T[]; readonly operations: readonly string[] }> {
  const works: T[] = [];
  let aheadMs = 0;
  let victim = await start(aheadMs);
  for (;;) {
    const work = await begin();
    world.failPoint.arm(works.length, () => victim.kill());
    works.push(work);
    await handOver?.(work);
    const done = expect.poll(() => isDone(work), { timeout: 20_000, interval: 10 }).toBe(true);
    await Promise.race([world.failPoint.strikes(), done]);
    const isDead = world.failPoint.hasStruck;
    if (isDead) await victim.gone;
    const operations = world.failPoint.disarm();
    if (isDead) {
      // By then nobody leads the sweep any more.
      await world.redis.del(`${world.prefix}:lease:sweeper`);
      aheadMs += laterMs;
      victim = await start(aheadMs);
    }
    await done;
    await afterwards?.(work);
    if (isDead) continue;
    victim.kill();
    await victim.gone;
    return { works, operations };
  }
}
