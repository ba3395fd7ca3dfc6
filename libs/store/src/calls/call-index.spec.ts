import type { AttemptId, Call, CallId } from '@redial/call';
import { describe, expect, it } from 'vitest';
import { storeKeys } from '../keys.ts';
import type { Write } from '../records/commit.ts';
import { callIdAt, forgetCall, indexCalls, isCallCursor, placeOf, rangeOf, reindexCall } from './call-index.ts';

const keys = storeKeys('{spec}');
const id = (n: number) => `call_${String(n).padStart(26, '0')}` as CallId;
const attemptId = (n: number) => `att_${String(n).padStart(26, '0')}` as AttemptId;

function call(n: number, over: Partial<Call> = {}): Call {
  return {
    id: id(n),
    tenantId: 'acme',
    dialect: 'v1',
    reference: `order-${n}`,
    request: {} as Call['request'],
    acceptedAt: 1_700_000_000_000 + n,
    state: { status: 'queued', attemptId: attemptId(n), attemptNumber: 1, dueAt: 1_700_000_000_000 + n },
    history: [],
    ...over,
  };
}

/** A minimal sorted set: the members after the commands. */
function applied(
  writes: readonly Write[],
  sets = new Map<string, Map<string, number>>(),
): Map<string, Map<string, number>> {
  for (const [command, key, ...words] of writes) {
    const set = sets.get(String(key)) ?? new Map<string, number>();
    sets.set(String(key), set);
    if (command === 'ZADD') for (let i = 0; i < words.length; i += 2) set.set(String(words[i + 1]), Number(words[i]));
    if (command === 'ZREM') for (const member of words) set.delete(String(member));
  }
  return sets;
}

describe('a place', () => {
  it('sorts as text in the order of acceptance, and by id within one instant', () => {
    const inOrder = [
      call(1, { acceptedAt: 5 }),
      call(1, { acceptedAt: 40 }),
      call(1),
      call(2, { acceptedAt: call(1).acceptedAt }),
    ];
    const places = inOrder.map(placeOf);
    expect([...places].reverse().sort()).toEqual(places);
  });

  it('holds the call id', () => {
    expect(callIdAt(placeOf(call(7)))).toBe(id(7));
  });

  it('is a valid cursor, and no other text is', () => {
    expect(isCallCursor(placeOf(call(7)))).toBe(true);
    for (const text of ['', 'x', id(7), `${placeOf(call(7))} `, placeOf(call(7)).toUpperCase()])
      expect(isCallCursor(text)).toBe(false);
  });
});

describe('indexing new calls', () => {
  it('takes one command per index, for any number of calls', () => {
    const writes = indexCalls(keys, [call(1), call(2), call(3)]);
    expect(writes.map(([command, key]) => [command, key])).toEqual([
      ['ZADD', '{spec}:calls:acme'],
      ['ZADD', '{spec}:calls-by-status:acme:queued'],
      ['ZADD', '{spec}:calls-by-reference:acme'],
      ['ZADD', '{spec}:due'],
    ]);
  });
});

describe('following a call', () => {
  const planned = call(1);
  const dialing = call(1, { state: { status: 'dialing', attemptId: attemptId(1), attemptNumber: 1, startedAt: 9 } });
  const completed = call(1, {
    state: { status: 'completed', endedAt: 1_000, reason: 'connected' },
    history: [
      { attemptId: attemptId(1), disposition: 'answered', connected: true, dial1Answered: true, endedAt: 1_000 },
    ],
  });
  const asAccepted = () => applied(indexCalls(keys, [planned]));

  it('given a planned call when it is dialled then it is no longer due, and listed as dialing', () => {
    const sets = applied(reindexCall(keys, planned, dialing, 60_000), asAccepted());
    expect(sets.get(keys.due)?.size).toBe(0);
    expect(sets.get(keys.callsByStatus('acme', 'queued'))?.size).toBe(0);
    expect([...(sets.get(keys.callsByStatus('acme', 'dialing'))?.keys() ?? [])]).toEqual([placeOf(planned)]);
  });

  it('given a planned call when only its time changes then only its due time is written', () => {
    const moved = call(1, { state: { ...planned.state, dueAt: 5 } as Call['state'] });
    expect(reindexCall(keys, planned, moved, 60_000)).toEqual([['ZADD', keys.due, 5, id(1)]]);
  });

  it('given a dialled call when it is canceled then its attempt is to be hung up, written once, until it is settled', () => {
    const canceled = call(1, { state: { ...dialing.state, cancelRequestedAt: 10 } as Call['state'] });
    const waiting = call(1, {
      state: { ...planned.state, status: 'waiting', attemptId: attemptId(2) } as Call['state'],
    });
    expect(reindexCall(keys, dialing, canceled, 60_000)).toEqual([['ZADD', keys.cancelRequested, 10, attemptId(1)]]);
    expect(reindexCall(keys, canceled, canceled, 60_000)).toEqual([]);
    for (const settled of [completed, waiting])
      expect(reindexCall(keys, canceled, settled, 60_000)).toContainEqual(['ZREM', keys.cancelRequested, attemptId(1)]);
  });

  it('given a call when nothing of interest changes then no index is touched', () => {
    expect(
      reindexCall(
        keys,
        planned,
        { ...planned, gateNote: { gate: 'cap', decision: 'defer', reason: 'r', at: 1 } },
        60_000,
      ),
    ).toEqual([]);
  });

  it('given a call when it ends then it and its attempts expire, and `ended` holds when and where to remove it', () => {
    const writes = reindexCall(keys, dialing, completed, 60_000);
    expect(writes).toContainEqual(['PEXPIRE', keys.call(id(1)), 60_000]);
    expect(writes).toContainEqual(['PEXPIRE', keys.cdr(attemptId(1)), 60_000]);
    expect(writes.at(-1)?.slice(0, 3)).toEqual(['ZADD', keys.ended, 61_000]);
  });

  it('given an ended call when it is written again then it still expires: a SET removes an expiry', () => {
    expect(reindexCall(keys, completed, completed, 60_000)).toContainEqual(['PEXPIRE', keys.call(id(1)), 60_000]);
  });

  it('given an ended call when it is forgotten then no index holds an entry of it', () => {
    const sets = asAccepted();
    applied(reindexCall(keys, planned, dialing, 60_000), sets);
    applied(reindexCall(keys, dialing, completed, 60_000), sets);
    const [member = ''] = [...(sets.get(keys.ended)?.keys() ?? [])];
    applied(forgetCall(keys, member), sets);
    expect([...sets.values()].map((set) => set.size)).toEqual([...sets.values()].map(() => 0));
  });
});

describe('the range of a query', () => {
  const covers = (query: Parameters<typeof rangeOf>[1], c: Call): boolean => {
    const { min, max, prefix } = rangeOf(keys, query);
    const member = prefix === '' ? placeOf(c) : `${c.reference} ${placeOf(c)}`;
    const above = min === '-' || (min.startsWith('(') ? member > min.slice(1) : member >= min.slice(1));
    const below = max === '+' || (max.startsWith('(') ? member < max.slice(1) : member <= max.slice(1));
    return above && below;
  };

  it.each([{}, { reference: 'order-5' }])('begins at `from` and ends before `to` (%o)', (by) => {
    const at = call(5).acceptedAt;
    expect(covers({ tenantId: 'acme', ...by, from: at, to: at + 1 }, call(5))).toBe(true);
    expect(covers({ tenantId: 'acme', ...by, from: at + 1 }, call(5))).toBe(false);
    expect(covers({ tenantId: 'acme', ...by, to: at }, call(5))).toBe(false);
    expect(covers({ tenantId: 'acme', ...by }, call(5))).toBe(true);
  });

  it('goes on behind the cursor', () => {
    expect(covers({ tenantId: 'acme', cursor: placeOf(call(5)) }, call(5))).toBe(false);
    expect(covers({ tenantId: 'acme', cursor: placeOf(call(5)) }, call(4))).toBe(true);
    expect(covers({ tenantId: 'acme', cursor: placeOf(call(5)), to: call(3).acceptedAt }, call(4))).toBe(false);
  });

  it('matches a whole reference, not the beginning of another', () => {
    expect(covers({ tenantId: 'acme', reference: 'order-1' }, call(10))).toBe(false);
    expect(covers({ tenantId: 'acme', reference: 'order-1' }, call(1))).toBe(true);
  });

  it('refuses an invalid cursor', () => {
    expect(() => rangeOf(keys, { tenantId: 'acme', cursor: '+' })).toThrow(RangeError);
  });
});
