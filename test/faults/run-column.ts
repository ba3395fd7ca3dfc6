import { vi } from 'vitest';
import { type Seen, seen, strayInvites, untilEnded } from './books.ts';
import { startFaultWorld } from './fault-world.ts';
import { type Fault, type FaultName, faults } from './faults.ts';
import type { HeldCall } from './held-call.ts';
import { leftBehind } from './left-behind.ts';
import { assertInPhases } from './phase-facts.ts';
import type { Phase } from './phases.ts';
import { firstCall, reachPhases } from './reach-phases.ts';
import { noExtras } from './redelivery.ts';
import { fewestTimers, timersAtRest } from './timers.ts';

/** The effect of one fault on the calls of a world. `wrong`: findings that no outcome may have. */
export interface Column {
  /** One for each phase that a call was in. */
  readonly cells: Readonly<Partial<Record<Phase, Seen & { readonly wrong: readonly string[] }>>>;
  /** Users that a phone was called for and that no call names. */
  readonly strayInvites: readonly string[];
  /** Left in Redis when everything had ended and the time for repairs was over. */
  readonly leftBehind: readonly string[];
  /** Of each process: timers at the end, and before the first call. */
  readonly timers: Readonly<Record<string, { readonly before: number; readonly after: number }>>;
  /** Of each process: its exit after SIGTERM. */
  readonly exits: Readonly<Record<string, { readonly code: number | null; readonly quick: boolean }>>;
}

/** The longest case: two lost attempts in a row, and BullMQ's check for jobs of dead processes. */
const endedWithinMs = 100_000;
const restWithinMs = 60_000;
/** A process without work in progress has nothing to wait for. */
const quickMs = 5_000;

/** `wanted`: the phases that need a call. Default: all. */
export function runColumn(name: FaultName, wanted?: readonly Phase[]): Promise<Column> {
  return sideBySide(() => strikeAndWatch(name, wanted));
}

async function strikeAndWatch(name: FaultName, wanted?: readonly Phase[]): Promise<Column> {
  const fault: Fault = faults[name];
  const turnOver = await myTurn();
  const { world, calls, processes, before, extras } = await arrange(fault, wanted).catch((error: unknown) => {
    turnOver();
    throw error;
  });
  try {
    void world.released.then(turnOver);
    await fault.strike(world, calls, extras);
    turnOver();
    await fault.mend?.(world);
    await world.redial.ready();
    const held = Object.entries(calls) as [Phase, HeldCall][];
    await Promise.all(held.map(([, call]) => untilEnded(world, call, endedWithinMs).catch(() => undefined)));

    const left = await atRest(() => leftBehind(world, fault));
    const timers: Record<string, { before: number; after: number }> = {};
    for (const [i, { name, pid }] of processes.entries()) {
      const allowed = before[i] ?? 0;
      const after = await fewestTimers(world, pid, allowed);
      timers[name] = { before: allowed, after };
    }
    const cells = Object.fromEntries(
      await Promise.all(held.map(async ([phase, call]) => [phase, await seen(world, call)] as const)),
    );
    const exits = Object.fromEntries(
      await Promise.all(
        processes.map(async (process) => {
          const begunAt = Date.now();
          const code = await process.stop();
          return [process.name, { code, quick: Date.now() - begunAt < quickMs }] as const;
        }),
      ),
    );
    return {
      cells,
      strayInvites: strayInvites(world, [...Object.values(calls), firstCall]),
      leftBehind: left,
      timers,
      exits,
    };
  } finally {
    turnOver();
    await world.end();
  }
}

async function arrange(fault: Fault, wanted?: readonly Phase[]) {
  const world = await startFaultWorld({ pbxs: fault.pbxs ?? 1 });
  try {
    const { api, dialer, results } = world.redial;
    const [ofApi = 0, ofDialer = 0, ofResults = 0] = await Promise.all(
      [api, dialer, results].map(({ pid }) => timersAtRest(world, pid)),
    );
    const extras = (await fault.prepare?.(world)) ?? noExtras;
    // An extra process must end up with as many as the first of its kind had.
    const processes = [api, dialer, results, ...extras.processes];
    const before = [ofApi, ofDialer, ofResults, ofDialer, ofResults];
    const calls = await reachPhases(world, { wanted, claimRingSeconds: fault.claimRingSeconds });
    await assertInPhases(world, calls);
    return { world, processes, before, extras, calls };
  } catch (error) {
    await world.end();
    throw error;
  }
}

/** How many worlds a small machine can serve: after the fault, a world mostly waits. */
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

/**
 * One world at a time, from its start until its held calls continue. A start takes all of a small machine, and a call
 * does not stay in its phase for long. Resolves when it is the caller's turn, with a function that ends the turn.
 */
let last: Promise<void> = Promise.resolve();
async function myTurn(): Promise<() => void> {
  const { promise: over, resolve: turnOver } = Promise.withResolvers<void>();
  const before = last;
  last = before.then(() => over);
  await before;
  return turnOver;
}

/** Empty as soon as nothing is left; else what is left when the time is over. */
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
