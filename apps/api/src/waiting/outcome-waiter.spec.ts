import { getEventListeners } from 'node:events';
import { type Dial1Outcome, stepCall } from '@redial/call';
import { scriptableStore } from '@redial/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aCall, answered, attemptIdOf, callIdOf, ended, inFlight, startedAt } from '../../testing/awaited-calls.ts';
import { createOutcomeWaiter, type ExpectedOutcome } from './outcome-waiter.ts';

const until = startedAt + 30_000;
const uniqueId1 = attemptIdOf(1);
const pending: Dial1Outcome = { type: 'pending' };
/** Runs everything that needs no time to pass. */
const settled = () => vi.advanceTimersByTimeAsync(0);

beforeEach(() => {
  vi.useFakeTimers({ now: startedAt });
});
afterEach(() => {
  // No client waits any more, and no timer is left.
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

/** A waiter over a store in memory, and its clients. */
function aWaiter() {
  const store = scriptableStore();
  const warnings: string[] = [];
  const logger = { warn: (_fields: unknown, text: string) => void warnings.push(text) };
  const waiter = createOutcomeWaiter({ store: store.port, clock: { now: Date.now }, logger: logger as never });
  const expectFor = (calls: readonly number[], withDial2 = false) =>
    waiter.expect(calls.map(callIdOf), { until, withDial2 });
  /** The result that the client gets, and when. */
  const client = (expected: ExpectedOutcome) => {
    const going = new AbortController();
    const seen: { reported?: readonly Dial1Outcome[] | 'nothing'; at?: number } = {};
    const answer = expected.wait(going.signal).then((outcomes) => {
      seen.reported = outcomes ?? 'nothing';
      seen.at = Date.now();
    });
    return { seen, answer, going, listeners: () => getEventListeners(going.signal, 'abort').length };
  };
  const waits = (calls: readonly number[] = [1], withDial2 = false) => client(expectFor(calls, withDial2));
  return { store, warnings, waiter, expectFor, client, waits };
}

describe('given a client that waits for its call', () => {
  it('when dial1 answers, then it is answered at once, with the id of dial1’s channel', async () => {
    const { store, waits, waiter } = aWaiter();
    store.put(...inFlight());
    const { seen, listeners } = waits();
    await settled();
    expect(seen.reported).toBeUndefined();
    store.put(...answered());
    store.announceChange(callIdOf(1));
    await settled();
    expect(seen).toEqual({ reported: [{ type: 'answered', uniqueId1 }], at: startedAt });
    expect([waiter.waiting, listeners()]).toEqual([0, 0]);
  });

  it('when the attempt fails, then the answer states why', async () => {
    const { store, waits } = aWaiter();
    store.put(...inFlight());
    const { seen } = waits();
    await settled();
    store.put(...ended({ dial1Hangup: { cause: 17, at: startedAt }, originateFailed: { reason: 5, at: startedAt } }));
    store.announceChange(callIdOf(1));
    await settled();
    expect(seen.reported).toEqual([{ type: 'failed', why: 'busy', uniqueId1 }]);
  });

  it('when it is canceled before it is dialled, then the answer states that', async () => {
    const { store, waits } = aWaiter();
    store.put(aCall());
    const { seen } = waits();
    await settled();
    store.put(stepCall(aCall(), { type: 'cancel', at: startedAt }).call);
    store.announceChange(callIdOf(1));
    await settled();
    expect(seen.reported).toEqual([{ type: 'failed', why: 'canceled' }]);
  });

  it('when a hint brings no change, then it continues to wait', async () => {
    const { store, waits, waiter } = aWaiter();
    store.put(aCall());
    const { seen, going, answer } = waits();
    await settled();
    store.put(...inFlight());
    store.announceChange(callIdOf(1));
    await settled();
    expect([seen.reported, waiter.waiting]).toEqual([undefined, 1]);
    going.abort();
    await answer;
  });

  it('when the hint comes between its registration and its waiting, then it is not missed', async () => {
    const { store, expectFor, client } = aWaiter();
    const expected = expectFor([1]);
    await settled();
    store.put(...answered());
    store.announceChange(callIdOf(1));
    await settled();
    const reads = store.reads.length;
    const { seen } = client(expected);
    await settled();
    expect(seen.reported).toEqual([{ type: 'answered', uniqueId1 }]);
    expect(store.reads).toHaveLength(reads);
  });

  it('when its call existed before and is answered already, then it is answered at once', async () => {
    const { store, waits } = aWaiter();
    store.put(...answered());
    const { seen } = waits();
    await settled();
    expect(seen.reported).toEqual([{ type: 'answered', uniqueId1 }]);
  });

  it('when it gives up before it waits, then it leaves nothing behind', async () => {
    const { store, expectFor, waiter } = aWaiter();
    expectFor([1]).cancel();
    expect(waiter.waiting).toBe(0);
    await settled();
    const reads = store.reads.length;
    store.announceChange(callIdOf(1));
    await settled();
    expect(store.reads).toHaveLength(reads);
  });
});

describe('given a client that disconnects', () => {
  it('when it disconnects, then it needs nothing from then on: no timer, no listener, no read', async () => {
    const { store, waits, waiter } = aWaiter();
    store.put(...inFlight());
    const { seen, going, answer, listeners } = waits();
    await settled();
    expect([waiter.waiting, listeners(), vi.getTimerCount()]).toEqual([1, 1, 1]);
    going.abort();
    await answer;
    expect(seen.reported).toBe('nothing');
    expect([waiter.waiting, listeners(), vi.getTimerCount()]).toEqual([0, 0, 0]);
    const reads = store.reads.length;
    store.announceChange(callIdOf(1));
    store.resubscribe();
    await settled();
    expect(store.reads).toHaveLength(reads);
  });

  it('when it disconnected before it could wait, then the same', async () => {
    const { expectFor, waiter } = aWaiter();
    expect(await expectFor([1]).wait(AbortSignal.abort())).toBeUndefined();
    expect(waiter.waiting).toBe(0);
  });

  it('when another waits for the same call, then that one continues to wait', async () => {
    const { store, waits } = aWaiter();
    store.put(...inFlight());
    const [goes, stays] = [waits(), waits()];
    await settled();
    goes.going.abort();
    await goes.answer;
    store.put(...answered());
    store.announceChange(callIdOf(1));
    await settled();
    expect([goes.seen.reported, stays.seen.reported]).toEqual(['nothing', [{ type: 'answered', uniqueId1 }]]);
  });
});

describe('given that its time is over', () => {
  it('when nothing is known, then the answer at that moment states it', async () => {
    const { store, waits } = aWaiter();
    store.put(...inFlight());
    const { seen } = waits();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(seen.reported).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1);
    expect(seen).toEqual({ reported: [pending], at: until });
  });

  it('when the hint was lost, then the records are read once more, and the answer is correct', async () => {
    const { store, waits } = aWaiter();
    store.put(...inFlight());
    const { seen } = waits();
    await settled();
    store.put(...answered());
    await vi.advanceTimersByTimeAsync(30_000);
    expect(seen).toEqual({ reported: [{ type: 'answered', uniqueId1 }], at: until });
  });

  it('when the records cannot be read, then the answer is that nothing is known', async () => {
    const { store, waits } = aWaiter();
    store.isAway = true;
    const { seen } = waits();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(seen).toEqual({ reported: [pending], at: until });
    await vi.advanceTimersByTimeAsync(1_000); // The repetition of the last read finds no client.
  });

  it('when the storage hangs, then it is answered a moment later', async () => {
    const { store, waits } = aWaiter();
    store.hangs = true;
    const { seen } = waits();
    await vi.advanceTimersByTimeAsync(31_000);
    expect(seen).toEqual({ reported: [pending], at: until + 1_000 });
  });

  it('when it was over before it began, then it is answered from the records', async () => {
    const { store, waiter, client } = aWaiter();
    store.put(...answered());
    const { seen } = client(waiter.expect([callIdOf(1)], { until: startedAt - 1, withDial2: false }));
    await settled();
    expect(seen.reported).toEqual([{ type: 'answered', uniqueId1 }]);
  });
});

describe('given a client that also waits for dial2’s channel', () => {
  it('when dial1 answers, then it waits until dial2 is dialled, and gets both', async () => {
    const { store, waits } = aWaiter();
    store.put(...inFlight());
    const [both, one] = [waits([1], true), waits([1], false)];
    await settled();
    store.put(...answered());
    store.announceChange(callIdOf(1));
    await settled();
    expect([both.seen.reported, one.seen.reported]).toEqual([undefined, [{ type: 'answered', uniqueId1 }]]);
    store.put(...answered({ dial2UniqueId: '1700000000.7' }));
    store.announceChange(callIdOf(1));
    await settled();
    expect(both.seen.reported).toEqual([{ type: 'answered', uniqueId1, uniqueId2: '1700000000.7' }]);
  });

  it('when dial2 is never dialled, then it gets dial1’s id as soon as the attempt has ended', async () => {
    const { store, waits } = aWaiter();
    store.put(...answered());
    const { seen } = waits([1], true);
    await settled();
    expect(seen.reported).toBeUndefined();
    store.put(...ended({ dial1AnsweredAt: startedAt, dial1Hangup: { cause: 16, at: startedAt + 10 } }));
    store.announceChange(callIdOf(1));
    await settled();
    expect(seen.reported).toEqual([{ type: 'answered', uniqueId1 }]);
  });
});

describe('given a client that waits for several calls', () => {
  const busy = { dial1Hangup: { cause: 17, at: startedAt }, originateFailed: { reason: 5, at: startedAt } };
  const failed = (n: number) => ({ type: 'failed', why: 'busy', uniqueId1: attemptIdOf(n) });
  const two = async () => {
    const world = aWaiter();
    for (const n of [1, 2]) world.store.put(...inFlight(n));
    const { seen } = world.waits([1, 2]);
    await settled();
    const tell = async (n: number, ...records: Parameters<typeof world.store.put>) => {
      world.store.put(...records);
      world.store.announceChange(callIdOf(n));
      await settled();
    };
    return { seen, tell };
  };

  it('when the first is answered, then the client is answered, and the other call is pending', async () => {
    const { seen, tell } = await two();
    await tell(2, ...answered({}, 2));
    expect(seen.reported).toEqual([pending, { type: 'answered', uniqueId1: attemptIdOf(2) }]);
  });

  it('when one fails, then the client waits for the other', async () => {
    const { seen, tell } = await two();
    await tell(1, ...ended(busy, 1));
    expect(seen.reported).toBeUndefined();
    await tell(2, ...answered({}, 2));
    expect(seen.reported).toEqual([failed(1), { type: 'answered', uniqueId1: attemptIdOf(2) }]);
  });

  it('when all fail, though one is being tried again, then the client is answered', async () => {
    const { seen, tell } = await two();
    await tell(1, ...ended(busy, 1));
    await tell(1, ...inFlight(1, { id: attemptIdOf(9) }));
    await tell(2, ...ended(busy, 2));
    expect(seen.reported).toEqual([failed(1), failed(2)]);
  });
});

describe('given the subscription to hints', () => {
  it('when 1,000 clients wait, then there is one, made by the first; each has one timer and none polls', async () => {
    const { store, waits } = aWaiter();
    expect(store.changeListeners).toBe(0);
    const clients = Array.from({ length: 1_000 }, (_, n) => {
      store.put(...inFlight(n));
      return waits([n]);
    });
    await settled();
    expect([store.changeListeners, vi.getTimerCount()]).toEqual([1, 1_000]);
    const reads = store.reads.length;
    await vi.advanceTimersByTimeAsync(29_000);
    expect(store.reads).toHaveLength(reads);
    for (const { going } of clients) going.abort();
    await Promise.all(clients.map(({ answer }) => answer));
  });

  it('when it was lost and is made again, then the records of all waiting clients are read', async () => {
    const { store, waits } = aWaiter();
    for (const n of [1, 2]) store.put(...inFlight(n));
    const [first, second] = [waits([1]), waits([2])];
    await settled();
    store.put(...answered());
    store.put(...answered({}, 2));
    store.resubscribe();
    await settled();
    expect([first.seen.reported, second.seen.reported]).toMatchObject([[{ type: 'answered' }], [{ type: 'answered' }]]);
  });

  it('when it is made only after the call was answered, then the answer is not missed', async () => {
    const { store, waits } = aWaiter();
    store.subscribing = Promise.withResolvers();
    store.put(...inFlight());
    const { seen } = waits();
    await settled();
    store.put(...answered());
    store.subscribing.resolve();
    await settled();
    expect(seen.reported).toMatchObject([{ type: 'answered' }]);
  });

  it('when it cannot be made, then that is logged, clients are answered at the end of their time, and the next client tries again', async () => {
    const { store, waits, warnings } = aWaiter();
    store.subscribing = Promise.withResolvers();
    store.subscribing.reject(new TypeError('no subscriber connection'));
    const first = waits();
    await settled();
    expect(warnings).toEqual([expect.stringContaining('changes of awaited calls cannot be received')]);
    store.put(...answered());
    await vi.advanceTimersByTimeAsync(30_000);
    expect(first.seen).toMatchObject({ reported: [{ type: 'answered' }], at: until });
    store.subscribing = undefined;
    const second = waits();
    await settled();
    expect(store.changeListeners).toBe(1);
    await second.answer;
  });

  it('when a hint names a call that no client waits for, then nothing is read', async () => {
    const { store, waits } = aWaiter();
    const { going, answer } = waits();
    await settled();
    const reads = store.reads.length;
    for (let n = 2; n < 100; n++) store.announceChange(callIdOf(n));
    await settled();
    expect(store.reads).toHaveLength(reads);
    going.abort();
    await answer;
  });
});

describe('given reads', () => {
  it('when hints of one call come faster than it can be read, for many clients, then one read is under way at a time', async () => {
    const { store, waits } = aWaiter();
    store.put(...inFlight());
    const clients = Array.from({ length: 20 }, () => waits());
    for (let n = 0; n < 20; n++) store.announceChange(callIdOf(1));
    expect(store.readsInFlight(callIdOf(1))).toBe(1);
    store.put(...answered());
    store.announceChange(callIdOf(1));
    await Promise.all(clients.map(({ answer }) => answer));
    expect(store.readsInFlightMax).toBe(1);
    expect(store.reads.filter((id) => id === callIdOf(1)).length).toBeLessThanOrEqual(3);
  });

  it('when they fail, then the reads of all waiting clients are tried again together, until they succeed', async () => {
    const { store, waits, warnings } = aWaiter();
    for (const n of [1, 2]) store.put(...answered({}, n));
    store.isAway = true;
    const [first, second] = [waits([1]), waits([2])];
    await vi.advanceTimersByTimeAsync(0);
    expect(vi.getTimerCount()).toBe(3);
    await vi.advanceTimersByTimeAsync(2_500);
    store.isAway = false;
    await vi.advanceTimersByTimeAsync(500);
    expect([first.seen.reported, second.seen.reported]).toMatchObject([[{ type: 'answered' }], [{ type: 'answered' }]]);
    expect(warnings).toHaveLength(3);
  });
});

describe('given an API that stops', () => {
  it('when it stops, then every client gets what is known now, and hints are ignored', async () => {
    const { store, waits, waiter } = aWaiter();
    store.put(...inFlight(1));
    store.put(...inFlight(2));
    const [first, second] = [waits([1]), waits([2])];
    await settled();
    store.put(...answered({}, 2));
    await waiter.close();
    await settled();
    expect([first.seen.reported, second.seen.reported]).toMatchObject([[pending], [{ type: 'answered' }]]);
    expect([waiter.waiting, store.changeListeners]).toEqual([0, 0]);
  });

  it.each(['isAway', 'hangs'] as const)('when the storage %s, then no client is delayed by it', async (how) => {
    const { store, waits, waiter } = aWaiter();
    const { seen } = waits();
    await settled();
    store[how] = true;
    const closed = waiter.close();
    await vi.advanceTimersByTimeAsync(1_000);
    await closed;
    expect(seen.reported).toEqual([pending]);
  });

  it('when a client comes after that, then it is answered at once, and nothing is subscribed', async () => {
    const { store, waits, expectFor, client, waiter } = aWaiter();
    const early = expectFor([1]);
    await settled();
    await waiter.close();
    store.put(...answered());
    const [first, second] = [client(early), waits([2])];
    await settled();
    expect([first.seen.reported, second.seen.reported]).toMatchObject([[{ type: 'answered' }], [pending]]);
    expect([waiter.waiting, store.changeListeners]).toEqual([0, 0]);
  });
});
