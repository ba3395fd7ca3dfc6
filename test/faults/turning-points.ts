import { until } from '../support/until.ts';
import { untilEnded } from './books.ts';
import type { FaultWorld } from './fault-world.ts';
import { type HeldCalls, record } from './held-call.ts';
import type { Phase } from './phases.ts';

/** Enough for a ring timeout, a reconciliation and a retry. */
const withinMs = 90_000;

/** Waits until both observers know that the PBX is gone. Call it before the PBX goes. */
export async function untilLinksLost({ redial: { dialer, results } }: FaultWorld): Promise<void> {
  const lost = () => [dialer, results].map((process) => process.log().split('"PBX disconnected"').length);
  const before = lost();
  await until(() => lost().every((times, i) => times > (before[i] ?? 0)), {
    what: 'both observers have lost the PBX',
    withinMs: 40_000,
  });
}

/** The PBX has no call left, by its own console. */
export async function untilPbxIsIdle({ pbx: { asterisk } }: FaultWorld): Promise<void> {
  await until(async () => /^0 active channels/m.test(await asterisk.cli('core show channels count')), {
    what: 'every call on the PBX is over',
    withinMs,
    everyMs: 500,
  });
}

/** The attempt that was held at its claim, if any, is settled: not sent, or given up by other processes. */
export async function untilClaimIsOver(world: FaultWorld, calls: HeldCalls): Promise<void> {
  const id = await calls['claim taken']?.id;
  if (id === undefined) return;
  await until(async () => (await record(world, id)).history.length > 0, {
    what: 'the attempt behind its claim is settled',
    withinMs,
  });
}

export async function untilAllEnded(world: FaultWorld, calls: HeldCalls, some: readonly Phase[]): Promise<void> {
  const held = some.flatMap((phase) => calls[phase] ?? []);
  await Promise.all(held.map((call) => untilEnded(world, call, withinMs)));
}
