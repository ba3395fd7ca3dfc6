import { type Call, type CallId, isEnded, isPlanned } from '@redial/call';
import { reservationMember } from '../keys.ts';
import { commit, type Expectation, type Write } from '../records/commit.ts';
import { decodeCall } from '../records/documents.ts';
import { readRecords } from '../records/read-records.ts';
import { forgetReservationsScript } from '../scripts/forget-reservations.ts';
import { runScript } from '../scripts/script.ts';
import type { StoreContext } from '../store-context.ts';
import type { Accepted } from './call-store.ts';
import { IdempotencyLost } from './idempotency.ts';
import { fullOf } from './open-calls.ts';
import type { ReferenceName, ReferenceReservation } from './reference-reservation.ts';

/**
 * References that requests take for their calls.
 *
 * R1  A reservation is written in the step that writes its calls, and only over the holders that were seen to have
 *     ended. Of two requests at once, one wins, and the other gets the winner's calls.
 * R2  A reservation lasts as long as a record of its calls. It has no expiry of its own: a call may be due in months or
 *     be retried for weeks, and its reference must not be free before it has ended. A call without a record has ended.
 */
export async function acceptReserved(
  context: StoreContext,
  reservation: ReferenceReservation,
  calls: readonly Call[],
  write: {
    readonly expectations: readonly Expectation[];
    /** Expected after the reference: a repeated request gets the calls of the reference, and needs no room. */
    readonly room: readonly Expectation[];
    readonly writes: readonly Write[];
  },
): Promise<Accepted> {
  const { redis, keys, retentionMs } = context;
  const member = reservationMember(reservation);
  const key = keys.reservation(member);
  const nextCheckAt = Math.max(...calls.map(dueAtOf)) + retentionMs;
  const writes: Write[] = [
    ...write.writes,
    ['SET', key, calls.map(({ id }) => id).join(' ')],
    ['ZADD', keys.reservations, nextCheckAt, member],
  ];
  // Most references are free. A taken one is read, and taken over where its holders have ended.
  for (let heldBy = ''; ; ) {
    const expectations = [...write.expectations, { kind: 'value', key, heldBy } as const, ...write.room];
    const committed = await commit(redis, keys, expectations, writes);
    if (committed.ok) return { type: 'accepted' };
    const full = fullOf(committed, calls.length);
    if (full !== undefined) return full;
    if (committed.unmet.kind !== 'value') throw new IdempotencyLost();
    heldBy = (await redis.get(key)) ?? '';
    const by = holdersIn(heldBy);
    if (by.length > 0 && (reservation.reserves === 'new_reference' || (await isAnyOpen(context, by))))
      return { type: 'taken', by };
  }
}

/** The calls that took the reference last, while one of them has not ended. Else none. */
export async function openHolders(context: StoreContext, reservation: ReferenceName): Promise<readonly CallId[]> {
  const by = holdersIn((await context.redis.get(context.keys.reservation(reservationMember(reservation)))) ?? '');
  return by.length > 0 && (await isAnyOpen(context, by)) ? by : [];
}

function holdersIn(held: string): CallId[] {
  return held.split(' ').filter((id) => id !== '') as CallId[];
}

/** A damaged record can never be dialled again, so it keeps no reference. */
async function isAnyOpen(context: StoreContext, ids: readonly CallId[]): Promise<boolean> {
  const found = await readRecords(context, ids.map(context.keys.call), decodeCall);
  return found.some((call) => call !== undefined && !isEnded(call.value.state));
}

function dueAtOf({ state, acceptedAt }: Call): number {
  return isPlanned(state) ? state.dueAt : acceptedAt;
}

/**
 * Frees the reservations whose calls are forgotten. Examines at most `limit` that are due, and resolves to their
 * number.
 */
export async function forgetReservations(
  { redis, keys, retentionMs }: Pick<StoreContext, 'redis' | 'keys' | 'retentionMs'>,
  now: number,
  limit: number,
): Promise<number> {
  const args = [now, limit, retentionMs, keys.reservation(''), keys.call('' as CallId)];
  return Number(await runScript(redis, forgetReservationsScript, [keys.reservations], args));
}
