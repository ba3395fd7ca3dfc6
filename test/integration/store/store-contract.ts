import { type AttemptRecord, type Call, lastMomentAt, stepCall } from '@redial/call';
import type { DayCap, Store, Versioned } from '@redial/store';
import { expect, it } from 'vitest';
import { claimed, settlement } from './attempt-under-way.ts';
import { accepted, dialed, noon, read } from './store-on-redis.ts';

const limits = (...names: readonly string[]) =>
  names.map((limit) => ({ limit, permits: 1, maxCalls: 2, maxCallsPerSecond: 1_000 }));
const permits = (attempt: Pick<AttemptRecord, 'id'>, more: Partial<Parameters<Store['acquirePermits']>[0]> = {}) => ({
  ...{ attemptId: attempt.id, pbx: 'main', limits: limits('trunk:a'), now: noon, leaseMs: 60_000, horizonMs: 60_000 },
  ...more,
});
const canceled = (call: Call): Call => stepCall(call, { type: 'cancel', at: noon + 1_000 }).call;
const conflict = { ok: false, why: 'conflict' };

/**
 * What the shells rely on of a store, as cases that the real one and the simulation's model both pass: where they part, a million steps of
 * the simulation prove nothing. `open`: an empty one.
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

  it('claim: counts the day, and is refused beyond it without a trace', async () => {
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

  it('settle: not over a cancel that it has not read', async () => {
    const { store } = await withCall();
    const under = await claimed(store);
    expect(await store.updateCall(under.call, canceled(under.call.value))).toMatchObject({ ok: true });
    expect(await store.settle(settlement(under))).toEqual(conflict);
    expect(await store.openAttempts('main')).toEqual([under.attempt.value.id]);
  });

  it('cancelRequested: the attempt under way of a call whose end was asked for, until it is settled', async () => {
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

  it('permits: asked again they are the same, a full limit refuses, given back they are free', async () => {
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

  it('permits: a grant is good for its own start, and one that comes later is paced anew', async () => {
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
    const aliveUntil = lastMomentAt(attempt.originatedAt, attempt.plan);
    const heldThen = () => store.permitsHeld(['trunk:a'], aliveUntil);
    expect(await heldThen()).toEqual({ 'trunk:a': 0 });
    await store.claim(call, after, attempt);
    expect(await heldThen()).toEqual({ 'trunk:a': 1 });
    expect(await store.permitsHeld(['trunk:a'], aliveUntil + 600_000)).toEqual({ 'trunk:a': 0 });
  });

  it('permits: of an attempt under way nobody frees them but settle, and there are none for a twin; what the claim does not name is freed', async () => {
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

  it('permits: those of a leg that has ended are free while the other one goes on, of a trunk of both too; another claim frees nothing', async () => {
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
    const outlasting = lastMomentAt(attempt.originatedAt, attempt.plan) + 3_600_000;
    await store.extendPermits({ ...attempt, claimedBy: 'run.2' }, outlasting);
    expect(await held(outlasting - 1)).toEqual({ 'pbx:main': 0, 'trunk:a': 0, 'trunk:b': 0 });
    await store.extendPermits(attempt, outlasting);
    expect(await held(outlasting - 1)).toEqual({ 'pbx:main': 1, 'trunk:a': 1, 'trunk:b': 1 });
    await store.releaseLeg(attempt, 'dial2');
    expect(await held()).toEqual({ 'pbx:main': 1, 'trunk:a': 0, 'trunk:b': 0 });
  });
}
