import { vi } from 'vitest';
import type { FaultWorld } from './fault-world.ts';

const looks = 25;

/**
 * The timers of a process that does nothing but what it always does, as most looks see them: while it asks Redis or the PBX one or two
 * more or less, for milliseconds. One that was left behind is there at each look.
 */
export async function usualTimers({ probe }: FaultWorld, pid: number): Promise<number> {
  const seen: number[] = [];
  for (let look = 0; look < looks; look++) seen.push(await probe.timers(pid));
  return seen.toSorted((a, b) => a - b)[Math.floor(looks / 2)] ?? 0;
}

/** Once they are no more than `enough`; else what there still is when the time is over. */
export async function fewestTimers(world: FaultWorld, pid: number, enough: number): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  await vi
    .waitFor(
      async () => {
        fewest = Math.min(fewest, await usualTimers(world, pid));
        if (fewest > enough) throw new Error('not yet');
      },
      { timeout: 20_000, interval: 200 },
    )
    .catch(() => undefined);
  return fewest;
}
