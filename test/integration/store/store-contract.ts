import { type AttemptRecord, type Call, latestEndAt, stepCall } from '@redial/call';
import type { DayCap, Store, Versioned } from '@redial/store';
import { expect, it, vi } from 'vitest';
import { claimed, settlement } from './attempt-under-way.ts';
import { accepted, dialed, ids, newCall, newDelivery, noon, read, request } from './store-on-redis.ts';

const limits = (...names: readonly string[]) =>
  names.map((limit) => ({ limit, permits: 1, maxCalls: 2, maxCallsPerSecond: 1_000 }));
const permits = (attempt: Pick<AttemptRecord, 'id'>, more: Partial<Parameters<Store['acquirePermits']>[0]> = {}) => ({
  ...{ attemptId: attempt.id, pbx: 'main', limits: limits('trunk:a'), now: noon, leaseMs: 60_000, horizonMs: 60_000 },
  ...more,
});
const canceled = (call: Call): Call => stepCall(call, { type: 'cancel', at: noon + 1_000 }).call;
const conflict = { ok: false, why: 'conflict' };

/**
 * What the processes need of a store. The store on Redis, the in-memory store of the unit specs and the simulation's
 * model each pass every case. A spec or a simulation on a store that differs from Redis would prove nothing. `open`
 * makes an empty store.
 */
export function storeContract(open: () => Promise<Store>): void {
  const withCall = async (): Promise<{ store: Store; call: Versioned<Call> }> => {
    const store = await open();
    return { store, call: await accepted(store) };
  };

  it('claim: the first one holds, and is read back with the call; a second one does not', async () => {
    const { store, call } = await withCall();
    const { after, attempt } = dialed(call.value);
    const taken = await store.claim(call, after, attempt);
    expect(taken).toMatchObject({ ok: true });
    expect(await store.claim(call, after, attempt)).toEqual(conflict);
    const found = await store.readForAttempt(call.value.id, attempt.id);
    expect(found).toMatchObject({ call: { value: after }, attempt: { value: attempt } });
    expect(found.call?.version).toBe(taken.ok && taken.version);
  });

  it('claim: not for a call that was changed since it was read, and it leaves no attempt', async () => {
    const { store, call } = await withCall();
    expect(await store.updateCall(call, canceled(call.value))).toMatchObject({ ok: true });
    const { after, attempt } = dialed(call.value);
    expect(await store.claim(call, after, attempt)).toEqual(conflict);
    expect(await store.readAttempt(attempt.id)).toBeUndefined();
    expect(await store.openAttempts('main')).toEqual([]);
  });

  it('claim: counts for the day, and is refused beyond the cap without a change', async () => {
    const { store, call } = await withCall();
    const other = await accepted(store);
    const cap: DayCap = { tenantId: 'acme', day: '2026-03-28', numbers: ['27820001234', '27820001234'], max: 1 };
    const one = dialed(call.value);
    const two = dialed(other.value);
    expect(await store.claim(call, one.after, one.attempt, cap)).toMatchObject({ ok: true });
    expect(await store.attemptsToday('acme', cap.day, ['27820001234', '27820009999'])).toEqual([1, 0]);
    expect(await store.claim(other, two.after, two.attempt, cap)).toEqual({ ok: false, why: 'cap' });
    expect(await store.readAttempt(two.attempt.id)).toBeUndefined();
    expect(await read(store, other.value)).toEqual(other);
  });

  it('updateCall: once for each version', async () => {
    const { store, call } = await withCall();
    const after = canceled(call.value);
    const written = await store.updateCall(call, after);
    expect(written).toMatchObject({ ok: true });
    expect(await store.updateCall(call, after)).toEqual(conflict);
    expect(await read(store, call.value)).toEqual({ value: after, version: written.ok && written.version });
  });

  it('settle: once, and the attempt is open until then and no longer', async () => {
    const { store } = await withCall();
    const under = await claimed(store);
    const { id } = under.attempt.value;
    expect(await store.openAttempts('main')).toEqual([id]);
    expect(await store.openAttempts('other')).toEqual([]);
    expect(await store.pbxsWithOpenAttempts()).toEqual(['main']);
    const change = settlement(under);
    expect(await store.settle(change)).toMatchObject({ ok: true });
    expect(await store.settle(change)).toEqual(conflict);
    expect(await store.openAttempts('main')).toEqual([]);
    expect((await store.readAttempt(id))?.value.ended?.reportedBy).toBe('test');
    expect((await read(store, change.call.after)).value).toEqual(change.call.after);
  });

  it('settle: does not overwrite a cancel that it has not read', async () => {
    const { store } = await withCall();
    const under = await claimed(store);
    expect(await store.updateCall(under.call, canceled(under.call.value))).toMatchObject({ ok: true });
    expect(await store.settle(settlement(under))).toEqual(conflict);
    expect(await store.openAttempts('main')).toEqual([under.attempt.value.id]);
  });

  it('cancelRequested: the attempt in progress of a call with a requested cancel, until it is settled', async () => {
    const { store } = await withCall();
    const under = await claimed(store);
    expect(await store.cancelRequested()).toEqual([]);
    const after = canceled(under.call.value);
    const written = await store.updateCall(under.call, after);
    expect(await store.cancelRequested()).toEqual([under.attempt.value.id]);
    const call = { value: after, version: written.ok ? written.version : 0 };
    expect(await store.settle(settlement({ ...under, call }))).toMatchObject({ ok: true });
    expect(await store.cancelRequested()).toEqual([]);
  });

  it('permits: a repeated request gets the same, a full limit refuses, released ones are free', async () => {
    const { store, call } = await withCall();
    const { attempt } = dialed(call.value);
    const [second, third] = [dialed((await accepted(store)).value), dialed((await accepted(store)).value)];
    const granted = await store.acquirePermits(permits(attempt));
    expect(granted).toMatchObject({ granted: true });
    expect(await store.acquirePermits(permits(attempt))).toMatchObject(granted);
    expect(await store.acquirePermits(permits(second.attempt))).toMatchObject({ granted: true });
    const refused = await store.acquirePermits(permits(third.attempt));
    expect(refused).toMatchObject({ granted: false, limit: 'trunk:a', reason: 'calls' });
    await store.releasePermits(attempt.id, ['trunk:a']);
    expect(await store.permitsHeld(['trunk:a'], noon)).toEqual({ 'trunk:a': 1 });
  });

  it('permits: all limits or none, and the lease ends by itself', async () => {
    const { store, call } = await withCall();
    const { attempt } = dialed(call.value);
    const full = [...limits('trunk:a'), { limit: 'pbx:main', permits: 1, maxCalls: 1, maxCallsPerSecond: 1_000 }];
    const other = dialed((await accepted(store)).value).attempt;
    await store.acquirePermits(permits(other, { limits: full }));
    expect(await store.acquirePermits(permits(attempt, { limits: full }))).toMatchObject({ granted: false });
    expect(await store.permitsHeld(['trunk:a', 'pbx:main'], noon)).toEqual({ 'trunk:a': 1, 'pbx:main': 1 });
    expect(await store.permitsHeld(['trunk:a'], noon + 61_000)).toEqual({ 'trunk:a': 0 });
  });

  it('permits: a grant is valid for its own start, and a later request is paced anew', async () => {
    const { store, call } = await withCall();
    const { attempt } = dialed(call.value);
    await store.acquirePermits(permits(attempt));
    const comesAt = (now: number) => store.acquirePermits(permits(attempt, { now }));
    expect(await comesAt(noon + 1_000)).toMatchObject({ granted: true, startAt: noon });
    expect(await comesAt(noon + 1_001)).toMatchObject({ granted: true, startAt: noon + 1_001 });
    expect(await store.permitsHeld(['trunk:a'], noon)).toEqual({ 'trunk:a': 1 });
  });

  it('permits: a claim keeps them for as long as the attempt can be alive', async () => {
    const { store, call } = await withCall();
    const { after, attempt } = dialed(call.value, ['trunk:a']);
    await store.acquirePermits(permits(attempt, { leaseMs: 1_000 }));
    const aliveUntil = latestEndAt(attempt.originatedAt, attempt.plan);
    const heldThen = () => store.permitsHeld(['trunk:a'], aliveUntil);
    expect(await heldThen()).toEqual({ 'trunk:a': 0 });
    await store.claim(call, after, attempt);
    expect(await heldThen()).toEqual({ 'trunk:a': 1 });
    expect(await store.permitsHeld(['trunk:a'], aliveUntil + 600_000)).toEqual({ 'trunk:a': 0 });
  });

  it('permits: of an attempt in progress only settle frees them, and a duplicate run gets none; permits that the claim does not name are freed', async () => {
    const { store, call } = await withCall();
    const { after, attempt } = dialed(call.value, ['trunk:a', 'pbx:east']);
    await store.acquirePermits(permits(attempt, { limits: limits('trunk:a', 'pbx:east') }));
    await store.acquirePermits(permits(attempt, { pbx: 'other', limits: limits('trunk:a', 'pbx:west') }));
    const taken = await store.claim(call, after, attempt);
    expect(await store.acquirePermits(permits(attempt))).toMatchObject({
      granted: false,
      reason: 'calls',
      retryAt: noon,
    });
    await store.releasePermits(attempt.id, ['trunk:a', 'pbx:west']);
    const held = () => store.permitsHeld(['trunk:a', 'pbx:east', 'pbx:west'], noon);
    expect(await held()).toEqual({ 'trunk:a': 1, 'pbx:east': 1, 'pbx:west': 0 });
    const version = taken.ok ? taken.version : 0;
    await store.settle(settlement({ call: { value: after, version }, attempt: { value: attempt, version: 1 } }));
    expect(await held()).toEqual({ 'trunk:a': 0, 'pbx:east': 0, 'pbx:west': 0 });
  });

  it('permits: those of an ended leg are free while the other leg goes on, also on a trunk of both; another claim frees nothing', async () => {
    const { store, call } = await withCall();
    const { after, attempt: plain } = dialed(call.value, ['pbx:main', 'trunk:a', 'trunk:b']);
    const legLimits = { dial1: ['trunk:a'], dial2: ['trunk:a', 'trunk:b'] };
    const attempt = { ...plain, legLimits, claimedBy: 'run.1' };
    const taken = limits('pbx:main', 'trunk:a', 'trunk:b').map((l) => ({
      ...l,
      permits: l.limit === 'trunk:a' ? 2 : 1,
    }));
    await store.acquirePermits(permits(attempt, { limits: taken }));
    await store.claim(call, after, attempt);
    const held = (at = noon) => store.permitsHeld(['pbx:main', 'trunk:a', 'trunk:b'], at);
    await store.releaseLeg({ ...attempt, claimedBy: 'run.2' }, 'dial1');
    expect(await held()).toEqual({ 'pbx:main': 1, 'trunk:a': 2, 'trunk:b': 1 });
    for (let n = 0; n < 2; n++) await store.releaseLeg(attempt, 'dial1');
    expect(await held()).toEqual({ 'pbx:main': 1, 'trunk:a': 1, 'trunk:b': 1 });
    const outlasting = latestEndAt(attempt.originatedAt, attempt.plan) + 3_600_000;
    await store.extendPermits({ ...attempt, claimedBy: 'run.2' }, outlasting);
    expect(await held(outlasting - 1)).toEqual({ 'pbx:main': 0, 'trunk:a': 0, 'trunk:b': 0 });
    await store.extendPermits(attempt, outlasting);
    expect(await held(outlasting - 1)).toEqual({ 'pbx:main': 1, 'trunk:a': 1, 'trunk:b': 1 });
    await store.releaseLeg(attempt, 'dial2');
    expect(await held()).toEqual({ 'pbx:main': 1, 'trunk:a': 0, 'trunk:b': 0 });
  });

  it('readAttempts, readCdr: the written records; an id without a record is omitted', async () => {
    const { store } = await withCall();
    const under = await claimed(store);
    const { id } = under.attempt.value;
    expect(await store.readAttempts([id, ids.attemptId()])).toEqual([under.attempt.value]);
    expect(await store.readCdr(id)).toBeUndefined();
    const change = settlement(under);
    await store.settle(change);
    expect(await store.readCdr(id)).toEqual(change.cdr);
  });

  it('countOpenCalls: the calls of a tenant that have not ended', async () => {
    const { store, call } = await withCall();
    await accepted(store, { tenantId: 'globex' });
    expect(await store.countOpenCalls('acme')).toBe(1);
    await store.updateCall(call, canceled(call.value));
    expect([await store.countOpenCalls('acme'), await store.countOpenCalls('globex')]).toEqual([0, 1]);
  });

  it('settle: numbers that it uncounts have one attempt less on that day', async () => {
    const { store, call } = await withCall();
    const day = '2026-03-28';
    const { after, attempt: plain } = dialed(call.value);
    const attempt = { ...plain, countedOn: day };
    const taken = await store.claim(call, after, attempt, { tenantId: 'acme', day, numbers: ['27820001234'] });
    const under = {
      call: { value: after, version: taken.ok ? taken.version : 0 },
      attempt: { value: attempt, version: 1 },
    };
    expect(await store.attemptsToday('acme', day, ['27820001234'])).toEqual([1]);
    await store.settle({ ...settlement(under), uncounted: ['27820001234'] });
    expect(await store.attemptsToday('acme', day, ['27820001234'])).toEqual([0]);
  });

  it('recordProgress: keeps the first report of each phase, and none after the end', async () => {
    const { store } = await withCall();
    const under = await claimed(store);
    const { id } = under.attempt.value;
    for (const at of [noon + 1, noon + 2]) await store.recordProgress(id, 'ringing', at);
    await store.recordProgress(id, 'answered', noon + 3);
    await store.recordProgress(id, 'dial2_created', noon + 4, '1700000000.7');
    const progress = { ringingAt: noon + 1, answeredAt: noon + 3, dial2UniqueId: '1700000000.7' };
    expect((await store.readAttempt(id))?.value).toMatchObject(progress);
    const change = settlement(under);
    await store.settle(change);
    await store.recordProgress(id, 'answered', noon + 9);
    expect((await store.readAttempt(id))?.value).toEqual(change.attempt.after);
  });

  it('onCallChanged: an answer of an awaited attempt and each change of its call, until it is stopped', async () => {
    const store = await open();
    const heard: string[] = [];
    const onSubscribed = vi.fn();
    const stop = await store.onCallChanged((id) => heard.push(id), onSubscribed);
    expect(onSubscribed).toHaveBeenCalledTimes(1);
    const awaited = await accepted(store, { request: { ...request, outcomeAwaited: true } });
    const { attempt } = await claimed(store, awaited, { awaited: true });
    const soFar = heard.length;
    for (const at of [noon, noon + 1]) await store.recordProgress(attempt.value.id, 'answered', at);
    await vi.waitFor(() => expect(heard.length).toBeGreaterThan(soFar), 30_000);
    expect(new Set(heard)).toEqual(new Set([awaited.value.id]));
    await stop();
  });

  it('onCancel: receives a cancel, with its PBX', async () => {
    const store = await open();
    const heard: [string, string][] = [];
    const onSubscribed = vi.fn();
    const stop = await store.onCancel((pbx, id) => void heard.push([pbx, id]), onSubscribed);
    expect(onSubscribed).toHaveBeenCalledTimes(1);
    const id = ids.attemptId();
    await store.announceCancel('main', id);
    await vi.waitFor(() => expect(heard).toEqual([['main', id]]), 30_000);
    await stop();
  });

  it('overduePage: planned calls that were due before, oldest first, page by page; a dialled call is not overdue', async () => {
    const store = await open();
    const calls = [1, 2, 3, 4, 5].map((n) => newCall({ at: noon + n }));
    await store.acceptCalls(calls);
    const first = await store.overduePage(noon + 5, 3);
    expect(first.calls).toEqual(calls.slice(0, 3).map(({ id }, n) => ({ id, dueAt: noon + 1 + n })));
    const second = await store.overduePage(noon + 5, 3, first.cursor);
    expect(second.calls.map(({ id }) => id)).toEqual([calls[3]?.id]);
    expect(second.cursor).toBeUndefined();
    await claimed(store, await read(store, calls[0] as Call));
    expect(await store.countOverdue(noon + 5)).toBe(3);
  });

  it('nextWaiting: the call that waits at a full limit without a pace, the least order first, once', async () => {
    const { store, call } = await withCall();
    const full = [{ limit: 'extension:1001', permits: 1, maxCalls: 1 }];
    await store.acquirePermits(permits(dialed(call.value).attempt, { limits: full }));
    const [later, sooner] = [await accepted(store), await accepted(store)];
    for (const [order, { value }] of [
      [2, later],
      [1, sooner],
    ] as const) {
      const waiter = { callId: value.id, order };
      const refused = await store.acquirePermits(permits(dialed(value).attempt, { limits: full, waiter }));
      expect(refused).toMatchObject({ granted: false, limit: 'extension:1001' });
    }
    expect(await store.nextWaiting('extension:1001')).toBe(sooner.value.id);
    expect(await store.nextWaiting('extension:1001')).toBe(later.value.id);
    expect(await store.nextWaiting('extension:1001')).toBeUndefined();
  });

  it('deliveries: those of a settlement are pending; written only over the version that was read', async () => {
    const { store } = await withCall();
    const change = settlement(await claimed(store));
    await store.settle(change);
    const [delivery] = change.deliveries;
    if (delivery === undefined) throw new Error('the settling has a delivery');
    expect(await store.readDelivery(delivery.id)).toEqual(delivery);
    expect(await store.countUndelivered()).toBe(1);
    const delivered = { ...delivery, status: 'delivered' as const, tries: 1 };
    expect(await store.writeDelivery(delivered)).toBe(false);
    expect(await store.writeDelivery(delivered, { ...delivery, tries: 7 })).toBe(false);
    expect(await store.writeDelivery(delivered, delivery)).toBe(true);
    expect(await store.countUndelivered()).toBe(0);
  });

  it('undeliveredPage, listDead: the longest due first; the last to die first', async () => {
    const store = await open();
    const [promised, early, late] = [
      newDelivery({ createdAt: noon, nextTryAt: noon + 900 }),
      newDelivery({ createdAt: noon + 1 }),
      newDelivery({ createdAt: noon + 2 }),
    ];
    const dead = [noon + 5, noon + 6].map((lastTryAt) => newDelivery({ status: 'dead', lastTryAt, tries: 3 }));
    for (const delivery of [promised, late, early, ...dead]) await store.writeDelivery(delivery);
    const first = await store.undeliveredPage(noon + 100, 1);
    expect(first.deliveries).toEqual([early]);
    expect((await store.undeliveredPage(noon + 100, 2, first.cursor)).deliveries).toEqual([late]);
    expect(await store.countUndelivered()).toBe(3);
    expect(await store.listDead('acme', 10)).toEqual([...dead].reverse());
    expect(await store.listDead('globex', 10)).toEqual([]);
  });

  it('link statuses: the last report of each process, for as long as it reports', async () => {
    const store = await open();
    const report = { pbx: 'main', process: 'dialer', up: false, at: noon } as const;
    await store.reportLinkStatus('one', report);
    await store.reportLinkStatus('one', { ...report, up: true });
    await store.reportLinkStatus('two', { ...report, at: noon + 10_000 });
    expect(await store.linkStatuses(noon + 15_000)).toEqual([
      { ...report, up: true },
      { ...report, at: noon + 10_000 },
    ]);
    expect(await store.linkStatuses(noon + 15_001)).toEqual([{ ...report, at: noon + 10_000 }]);
  });

  it('leases: one holder at a time, renewed by it, free once it is released', async () => {
    const store = await open();
    expect(await store.acquireLease('sweeper', 'one', 60_000)).toBe(true);
    expect(await store.acquireLease('sweeper', 'one', 60_000)).toBe(true);
    expect(await store.acquireLease('sweeper', 'two', 60_000)).toBe(false);
    await store.releaseLease('sweeper', 'two');
    expect(await store.acquireLease('sweeper', 'two', 60_000)).toBe(false);
    await store.releaseLease('sweeper', 'one');
    expect(await store.acquireLease('sweeper', 'two', 60_000)).toBe(true);
  });

  it('confirmDurable, ping: an existing claim is confirmed', async () => {
    const { store } = await withCall();
    const { id } = (await claimed(store, undefined, { claimedBy: 'run.1' })).attempt.value;
    expect(await store.confirmDurable(5_000, { attempt: id, claimedBy: 'run.1' })).toBe(true);
    await store.ping();
  });
}
