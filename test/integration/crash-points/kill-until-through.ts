import { expect } from 'vitest';
import type { CrashWorld } from './crash-world.ts';
import type { MortalProcess } from './mortal-process.ts';

/**
 * How much later each process starts than the one before: longer than any process leaves work to the one that began it.
 */
const laterMs = 60_000;

export interface Killing<T> {
  /** Starts the process that is killed, with its clock ahead by this much. */
  readonly start: (aheadMs: number) => Promise<MortalProcess>;
  /** Prepares its work. */
  readonly begin: () => Promise<T>;
  /** Its operations are counted from here on. */
  readonly handOver?: (work: T) => Promise<void>;
  /** No process has work left for it. */
  readonly isDone: (work: T) => Promise<boolean>;
  readonly afterwards?: (work: T) => Promise<void>;
}

/**
 * Gives the same work to a process that is killed before its first operation, then before its second, and so on, until
 * one completes. Each time the next process takes over what is left, and is killed at the next work.
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
      // By then no process leads the sweep any more.
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
