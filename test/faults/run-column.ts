import { vi } from 'vitest';
import { leftBehind, type Seen, seen, untilEnded } from './books.ts';
import { type FaultWorld, startFaultWorld } from './fault-world.ts';
import { type Fault, type FaultName, faults } from './faults.ts';
import { type Phase, phases, reachAllPhases } from './phases.ts';

/** What one fault did to calls in every phase, struck at once. `wrong`: what no outcome may have. */
export interface Column {
  readonly cells: Readonly<Record<Phase, Seen & { readonly wrong: readonly string[] }>>;
  /** In Redis, when everything had ended and the time for repairs was over. */
  readonly leftBehind: readonly string[];
  /** Of each process: timers when everything had ended, and before the first call. */
  readonly timers: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  /** Of each process: how SIGTERM ended it. */
  readonly exits: Readonly<Record<string, { readonly code: number | null; readonly quick: boolean }>>;
}

/** The longest: two lost attempts, one after the other, and BullMQ's look for the jobs of the dead. */
const endedWithinMs = 100_000;
const restWithinMs = 60_000;
/** A process with nothing under way has nothing to wait for. */
const quickMs = 5_000;

export function runColumn(name: FaultName): Promise<Column> {
  return sideBySide(() => strikeAndWatch(name));
}

async function strikeAndWatch(name: FaultName): Promise<Column> {
  const fault: Fault = faults[name];
  const { world, calls, processes, before } = await arranging(() => arrange(fault));
  try {
    await fault.strike(world, calls);
    await fault.mend?.(world);
    await world.redial.ready();
    await Promise.all(phases.map((phase) => untilEnded(world, calls[phase], endedWithinMs).catch(() => undefined)));

    const left = await atRest(() => leftBehind(world));
    const timers: Record<string, { before: number; after: number }> = {};
    for (const [i, { name, pid }] of processes.entries()) {
      const allowed = before[i] ?? 0;
      const after = await fewestTimers(world, pid, allowed);
      timers[name] = { before: allowed, after };
    }
    const cells = Object.fromEntries(
      await Promise.all(phases.map(async (phase) => [phase, await seen(world, calls[phase])] as const)),
    ) as Column['cells'];
    const exits = Object.fromEntries(
      await Promise.all(
        processes.map(async (process) => {
          const begunAt = Date.now();
          const code = await process.stop();
          return [process.name, { code, quick: Date.now() - begunAt < quickMs }] as const;
        }),
      ),
    );
    return { cells, leftBehind: left, timers, exits };
  } finally {
    await world.end();
  }
}

async function arrange(fault: Fault) {
  const world = await startFaultWorld({ pbxs: fault.pbxs ?? 1 });
  try {
    const processes = [world.redial.api, world.redial.dialer, world.redial.results];
    const before = await Promise.all(processes.map(({ pid }) => mostTimers(world, pid)));
    return { world, processes, before, calls: await reachAllPhases(world) };
  } catch (error) {
    await world.end();
    throw error;
  }
}

/** As many as a small machine carries: once struck, a world mostly waits. */
let free = 5;
const waiting: (() => void)[] = [];
async function sideBySide<T>(work: () => Promise<T>): Promise<T> {
  if (free > 0) free--;
  else await new Promise<void>((go) => waiting.push(go));
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) free++;
    else next();
  }
}

/** One world after the other: starting takes all of a small machine, and a call does not stay in its phase for long. */
let last: Promise<unknown> = Promise.resolve();
function arranging<T>(work: () => Promise<T>): Promise<T> {
  const mine = last.then(work);
  last = mine.catch(() => undefined);
  return mine;
}

/** Nothing, as soon as it is nothing; else what there still is when the time is over. */
async function atRest(look: () => Promise<string[]>): Promise<string[]> {
  let last: string[] = [];
  await vi
    .waitFor(
      async () => {
        last = await look();
        if (last.length > 0) throw new Error('not yet');
      },
      { timeout: restWithinMs, interval: 500 },
    )
    .catch(() => undefined);
  return last;
}

/** Of a process that does nothing but what it always does. */
async function mostTimers({ probe }: FaultWorld, pid: number): Promise<number> {
  let most = 0;
  for (let look = 0; look < 10; look++) most = Math.max(most, await probe.timers(pid));
  return most;
}

async function fewestTimers({ probe }: FaultWorld, pid: number, enough: number): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  await vi
    .waitFor(
      async () => {
        fewest = Math.min(fewest, await probe.timers(pid));
        if (fewest > enough) throw new Error('not yet');
      },
      { timeout: 20_000, interval: 200 },
    )
    .catch(() => undefined);
  return fewest;
}
