import { setTimeout as pass } from 'node:timers/promises';
import { vi } from 'vitest';
import type { FaultWorld } from './fault-world.ts';

const looks = 25;

/**
 * The timers of an idle process, as most samples show them. A request to Redis or the PBX adds one or two for
 * milliseconds. A timer that was left behind is in each sample.
 */
async function usualTimers({ probe }: FaultWorld, pid: number): Promise<number> {
  const seen: number[] = [];
  for (let look = 0; look < looks; look++) seen.push(await probe.timers(pid));
  return seen.toSorted((a, b) => a - b)[Math.floor(looks / 2)] ?? 0;
}

/**
 * The same number three times in a row, half a second apart. On a busy machine a process starts its last timers some
 * time after it has reported that it is ready. An earlier count would make every later count one too high.
 */
export async function timersAtRest(world: FaultWorld, pid: number): Promise<number> {
  let count = await usualTimers(world, pid);
  for (let same = 1, tries = 0; same < 3 && tries < 20; tries++) {
    await pass(500);
    const next = await usualTimers(world, pid);
    same = next === count ? same + 1 : 1;
    count = next;
  }
  return count;
}

/**
 * Once there are no more than `enough`; else the fewest that were counted. A PBX that was away is connected again by
 * then.
 */
export async function fewestTimers(world: FaultWorld, pid: number, enough: number): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  await vi
    .waitFor(
      async () => {
        fewest = Math.min(fewest, await usualTimers(world, pid));
        if (fewest > enough) throw new Error('not yet');
      },
      { timeout: 60_000, interval: 200 },
    )
    .catch(() => undefined);
  return fewest;
}
