import { type Call, type CallId, openCallStatuses } from '@redial/call';
import { commit, type Expectation, type Write } from '../records/commit.ts';
import { decodeCall, encodeCall } from '../records/documents.ts';
import { answerAt, readRecords } from '../records/read-records.ts';
import type { StoreContext } from '../store-context.ts';
import type { Versioned, Written } from '../versioned.ts';
import { callIdAt, forgetCall, indexCalls, isCallCursor, rangeOf } from './call-index.ts';
import type { Accepted, CallQuery, CallStore } from './call-store.ts';
import { writeCall } from './call-write.ts';
import { IdempotencyLost } from './idempotency.ts';
import type { IdempotencyKey } from './idempotency-store.ts';
import { fullOf, roomFor } from './open-calls.ts';
import { readPage } from './read-page.ts';
import type { ReferenceReservation } from './reference-reservation.ts';
import { acceptReserved, forgetReservations, openHolders } from './reference-reservations.ts';

/**
 * The most calls of one `acceptCalls`. It is one script, so it is all or nothing, even after a crash. Redis does
 * nothing else meanwhile: some 10 ms for 1,000 calls. (A Lua call cannot have more than about 8,000 words either.)
 */
export const acceptCallsMax = 1_000;
/** How many calls one page may examine where no index covers a filter. Beyond it the page ends early. */
const examinedMax = 5_000;

export function callsOf(context: StoreContext): CallStore {
  const { redis, keys, idempotencyMs, onMalformed } = context;

  async function acceptCalls(
    calls: readonly Call[],
    idempotency?: IdempotencyKey & { readonly reply: string },
    reservation?: ReferenceReservation,
    openCallsMax?: number,
  ): Promise<Accepted> {
    if (calls.length > acceptCallsMax)
      throw new RangeError(`at most ${acceptCallsMax} calls at a time, not ${calls.length}`);
    if (reservation !== undefined && calls.length === 0) throw new RangeError('no call to take a reference for');
    const expectations: Expectation[] = [];
    const writes: Write[] = [];
    if (calls.length > 0) {
      writes.push(['MSET', ...calls.flatMap((call) => [keys.call(call.id), encodeCall(1, call)])]);
      writes.push(...indexCalls(keys, calls));
    }
    if (idempotency !== undefined) {
      const { fingerprint, reply } = idempotency;
      const key = keys.idempotency(idempotency);
      expectations.push({ kind: 'idempotency', key, fingerprint });
      writes.push(['HSET', key, 'fingerprint', fingerprint, 'reply', reply], ['PEXPIRE', key, idempotencyMs]);
    }
    const room = openCallsMax === undefined ? [] : roomFor(keys, calls, openCallsMax);
    if (reservation !== undefined) return acceptReserved(context, reservation, calls, { expectations, room, writes });
    // Room comes last: a repeated request gets its earlier reply, and needs no room.
    const committed = await commit(redis, keys, [...expectations, ...room], writes);
    if (committed.ok) return { type: 'accepted' };
    return fullOf(committed, calls.length) ?? lost();
  }

  async function countOpenCalls(tenantId: string): Promise<number> {
    const counts = await Promise.all(
      openCallStatuses.map((status) => redis.zcard(keys.callsByStatus(tenantId, status))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async function readCall(id: CallId): Promise<Versioned<Call> | undefined> {
    const key = keys.call(id);
    return decodeCall(key, await answerAt(key, redis.getBuffer(key)));
  }

  async function listCalls(query: CallQuery): ReturnType<CallStore['listCalls']> {
    const { limit, status } = query;
    const calls: Versioned<Call>[] = [];
    const { key, min, prefix, ...range } = rangeOf(keys, query);
    let { max } = range;
    let { cursor } = query;
    for (let examined = 0; examined < examinedMax; ) {
      const count = Math.min(limit + 1, 500);
      const members = await redis.zrange(key, max, min, 'BYLEX', 'REV', 'LIMIT', 0, count);
      const places = members.map((member) => member.slice(prefix.length)).filter(isCallCursor);
      // An entry that is no place of a call is damage. No page ends there.
      if (places.length < members.length) onMalformed(key);
      const found = await readRecords(context, places.map(callIdAt).map(keys.call), decodeCall);
      for (const [i, call] of found.entries()) {
        const wanted = call !== undefined && (status === undefined || call.value.state.status === status);
        if (wanted && calls.length === limit) return { calls, ...(cursor !== undefined && { cursor }) };
        if (wanted) calls.push(call);
        cursor = places[i];
      }
      if (members.length < count) return { calls };
      max = `(${members.at(-1)}`;
      examined += members.length;
    }
    return { calls, ...(cursor !== undefined && { cursor }) };
  }

  async function updateCall(before: Versioned<Call>, after: Call): Promise<Written> {
    const { expectation, writes, version } = writeCall(context, before, after);
    const committed = await commit(redis, keys, [expectation], writes);
    return committed.ok ? { ok: true, version } : { ok: false, why: 'conflict' };
  }

  async function overduePage(...[before, limit, after]: Parameters<CallStore['overduePage']>) {
    const { entries, cursor } = await readPage(redis, keys.due, { before, limit, after });
    const calls = entries.map(({ member, at }) => ({ id: member as CallId, dueAt: at }));
    return { calls, ...(cursor !== undefined && { cursor }) };
  }

  const countOverdue = (before: number): Promise<number> => redis.zcount(keys.due, '-inf', `(${before}`);

  async function forgetEnded(now: number, limit: number): Promise<number> {
    const members = await redis.zrange(keys.ended, '-inf', String(now), 'BYSCORE', 'LIMIT', 0, limit);
    if (members.length > 0)
      await commit(
        redis,
        keys,
        [],
        members.flatMap((member) => forgetCall(keys, member)),
      );
    return Math.max(members.length, await forgetReservations(context, now, limit));
  }

  return {
    acceptCalls,
    openHolders: (reference) => openHolders(context, reference),
    countOpenCalls,
    readCall,
    listCalls,
    updateCall,
    overduePage,
    countOverdue,
    forgetEnded,
  };
}

function lost(): never {
  throw new IdempotencyLost();
}
