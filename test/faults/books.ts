import { vi } from 'vitest';
import { invites } from '../e2e/world.ts';
import type { Outcome } from './expected.ts';
import { cdrList, type FaultWorld, keyPrefix } from './fault-world.ts';
import { type HeldCall, record } from './phases.ts';

/** What became of a call, from three sides: its record, its CDRs, and the phones. */
export type Seen = Outcome;

const endedStates = ['completed', 'exhausted', 'failed', 'canceled', 'expired', 'blocked', 'unknown'];

/** Resolves when the call has its final state. */
export async function untilEnded(world: FaultWorld, call: HeldCall, withinMs: number): Promise<void> {
  const id = await call.id;
  await vi.waitFor(
    async () => {
      const { state, history } = await record(world, id);
      if (!endedStates.includes(state.status)) throw new Error(`${id} is ${JSON.stringify(state)}`);
      const { length } = await cdrsOf(world, id);
      if (length < history.length) throw new Error(`${id}: ${length} CDRs of ${history.length} attempts`);
    },
    { timeout: withinMs, interval: 250 },
  );
}

export async function seen(world: FaultWorld, call: HeldCall): Promise<Seen & { readonly wrong: readonly string[] }> {
  const id = await call.id;
  const { state, history } = await record(world, id);
  const cdrs = await cdrsOf(world, id);
  const made = history.map((attempt: { attemptId: string }) => attempt.attemptId);
  const told = cdrs.map((cdr) => cdr.id);
  const wrong: string[] = [];
  if (JSON.stringify(made) !== JSON.stringify(told)) wrong.push(`attempts ${made}, but CDRs ${told}`);
  const elsewhere = cdrs.filter((cdr) => cdr.pbx !== 'main');
  if (elsewhere.length > 0) wrong.push(`on another PBX: ${elsewhere.map((cdr) => cdr.pbx)}`);
  for (const user of [call.dial1, call.dial2]) {
    const others = world.otherPbx?.phones.invitesTo(user).length ?? 0;
    if (others > 0) wrong.push(`${others} INVITEs to ${user} on the other PBX`);
  }
  return {
    attempts: cdrs.map((cdr) => (cdr.lost ? `${cdr.disposition}, lost` : cdr.disposition)),
    state: state.status,
    invites: [invites(world, call.dial1), invites(world, call.dial2)],
    wrong,
  };
}

/** In the order of the attempts; one that came twice is there twice. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was delivered, and asserts on it
async function cdrsOf({ books }: FaultWorld, callId: string): Promise<any[]> {
  const all = (await books.lrange(cdrList, '0', '-1')).map((text) => JSON.parse(text));
  return all.filter((cdr) => cdr.callId === callId).toSorted((a, b) => a.attemptNumber - b.attemptNumber);
}

const queues = ['dial', 'results', 'deliveries'] as const;
/** Sorted sets that have members only while something is under way, and hashes and strings that do. */
const underWay = /:(due|open:.*|cancel-requested|places:.*|slots-in-use:.*|undelivered|dead:.*)$/;

/** Whatever of a call is still in Redis when all have ended, and should not be. */
export async function leftBehind({ books }: FaultWorld): Promise<string[]> {
  const keys = await books.keys(`${keyPrefix}:*`);
  const found: string[] = [];
  for (const key of keys) {
    if (/:(dial|results|deliveries):[^:]+:lock$/.test(key)) found.push(`lock ${key}`);
    else if (/:grant:/.test(key) && (await books.hexists(key, 'slot')) === 1) found.push(`grant ${key}`);
    else if (underWay.test(key))
      found.push(...(await books.zrange(key, '0', '-1')).map((member) => `${key} ${member}`));
  }
  for (const queue of queues) {
    for (const list of ['wait', 'active', 'paused'])
      for (const job of await books.lrange(`${keyPrefix}:${queue}:${list}`, '0', '-1'))
        found.push(`${queue}:${list} ${job}`);
    // A `dial` job that met a dying Redis is kept as failed for the dashboard: history. Of the others none may fail for good.
    for (const set of ['delayed', 'prioritized', ...(queue === 'dial' ? [] : ['failed'])])
      for (const job of await books.zrange(`${keyPrefix}:${queue}:${set}`, '0', '-1'))
        found.push(`${queue}:${set} ${job}`);
  }
  return found;
}
