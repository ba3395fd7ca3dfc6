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

/** What one fault did to the calls of a world, struck at once. `wrong`: what no outcome may have. */
export interface Column {
  /** One for each phase that a call was in. */
  readonly cells: Readonly<Partial<Record<Phase, Seen & { readonly wrong: readonly string[] }>>>;
  /** Whom a phone was asked to ring for, beside those whom the calls name. */
  readonly strayInvites: readonly string[];
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

/** `wanted`: the phases that a call is to be in; default: every one. */
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
    // An extra process is to end up with as many as the first of its kind had.
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

/** What a small machine can serve: once struck, a world mostly waits. */
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
 * One world after the other, from its start until what was held in it goes on: starting takes all of a small machine, and a call does not
 * stay in its phase for long. Resolves when it is the caller's turn, with what ends it.
 */
let last: Promise<void> = Promise.resolve();
async function myTurn(): Promise<() => void> {
  const { promise: over, resolve: turnOver } = Promise.withResolvers<void>();
  const before = last;
  last = before.then(() => over);
  await before;
  return turnOver;
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
