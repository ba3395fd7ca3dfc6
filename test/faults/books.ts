import { vi } from 'vitest';
import type { AttemptOutcome, Outcome } from './expected.ts';
import { cdrList, type FaultWorld } from './fault-world.ts';
import { type HeldCall, record } from './held-call.ts';

/** The result of a call, from every side: its record, its CDRs, its webhooks, and the phones. */
export type Seen = Outcome;

const endedStates = ['completed', 'exhausted', 'failed', 'canceled', 'expired', 'blocked', 'unknown'];

/** Resolves when the call has its final state, and each attempt its CDR. */
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

/** `wrong`: findings that no outcome may have. */
export async function seen(world: FaultWorld, call: HeldCall): Promise<Seen & { readonly wrong: readonly string[] }> {
  const id = await call.id;
  const { state, history } = await record(world, id);
  const cdrs = await cdrsOf(world, id);
  const made = history.map((attempt: { attemptId: string }) => attempt.attemptId);
  const reported = cdrs.map((cdr) => cdr.id);
  const heard = webhooksOf(world, id);
  const wrong: string[] = [];
  if (String(made) !== String(reported)) wrong.push(`attempts ${made}, but CDRs ${reported}`);
  // At least once each, and the first deliveries in the order of the attempts.
  if (String(made) !== String([...new Set(heard)])) wrong.push(`attempts ${made}, but webhooks ${heard}`);
  const invites = (pbx: FaultWorld['pbx'] | undefined) =>
    [call.dial1, call.dial2].map((user) => pbx?.phones.invitesTo(user).length ?? 0) as [number, number];
  return {
    attempts: cdrs.map(attemptOutcome),
    state: state.status,
    invites: { main: invites(world.pbx), other: invites(world.otherPbx) },
    wrong,
  };
}

/** INVITEs at any phone that belong to none of these calls. */
export function strayInvites(
  { pbx, otherPbx }: FaultWorld,
  calls: readonly Pick<HeldCall, 'dial1' | 'dial2'>[],
): string[] {
  const users = new Set(calls.flatMap(({ dial1, dial2 }) => [dial1, dial2]));
  return [pbx, otherPbx]
    .flatMap((each) => each?.phones.invites() ?? [])
    .flatMap(({ user }) => (users.has(user) ? [] : [user]));
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was delivered, and asserts on it
function attemptOutcome(cdr: any): AttemptOutcome {
  return {
    pbx: cdr.pbx,
    disposition: cdr.disposition,
    dial1: cdr.dial1.disposition,
    dial2: cdr.dial2.disposition,
    connected: cdr.connected,
    talk: cdr.talkMs === null ? null : 'known',
    lost: cdr.lost,
  };
}

/** In the order of the attempts. A CDR that came twice is there twice. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was delivered, and asserts on it
async function cdrsOf({ books }: FaultWorld, callId: string): Promise<any[]> {
  const all = (await books.lrange(cdrList, '0', '-1')).map((text) => JSON.parse(text));
  return all.filter((cdr) => cdr.callId === callId).toSorted((a, b) => a.attemptNumber - b.attemptNumber);
}

/** Attempts in the order in which the CRM received them. */
function webhooksOf({ crm }: FaultWorld, callId: string): string[] {
  const all = crm.received.map(({ body }) => JSON.parse(body).data);
  return all.filter((cdr) => cdr.callId === callId).map((cdr) => cdr.id);
}
