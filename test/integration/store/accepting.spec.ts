import { type Call, stepCall } from '@redial/call';
import { acceptCallsMax, IdempotencyLost, isCallCursor, type Store } from '@redial/store';
import { describe, expect, it } from 'vitest';
import { accepted, newCall, noon, overdue, read, request, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

describe('accepting calls', () => {
  it('given calls when they are accepted then each is read back as it was, in version 1', async () => {
    const store = await onRedis.open();
    const calls = [newCall(), newCall({ reference: 'order-2' })];
    await store.acceptCalls(calls);
    for (const call of calls) expect(await store.readCall(call.id)).toEqual({ value: call, version: 1 });
  });

  it('given no such call when it is read then it is undefined', async () => {
    const store = await onRedis.open();
    expect(await store.readCall(newCall().id)).toBeUndefined();
  });

  it('given more calls than one step may write when they are accepted then none is written', async () => {
    const store = await onRedis.open();
    const calls = Array.from({ length: acceptCallsMax + 1 }, () => newCall());
    await expect(store.acceptCalls(calls)).rejects.toThrow(RangeError);
    expect((await store.listCalls({ tenantId: 'acme', limit: 1 })).calls).toEqual([]);
  });

  it('given a Redis that lost its scripts when a call is accepted then it is accepted', async () => {
    const store = await onRedis.open();
    await accepted(store);
    await onRedis.redis.script('FLUSH');
    await accepted(store);
    expect((await store.listCalls({ tenantId: 'acme', limit: 10 })).calls).toHaveLength(2);
  });
});

describe('an idempotency key', () => {
  const key = { tenantId: 'acme', key: 'POST /v1/calls 1', fingerprint: 'aaaa' };

  it('given an unused key when it begins then it is the first, and in flight for the next', async () => {
    const store = await onRedis.open();
    expect(await store.beginIdempotency(key)).toEqual({ type: 'first' });
    expect(await store.beginIdempotency(key)).toEqual({ type: 'in_flight' });
    expect(await store.beginIdempotency({ ...key, tenantId: 'other' })).toEqual({ type: 'first' });
  });

  it('given 50 at the same moment when they begin then one is the first', async () => {
    const store = await onRedis.open();
    const answers = await Promise.all(Array.from({ length: 50 }, () => store.beginIdempotency(key)));
    expect(answers.filter(({ type }) => type === 'first')).toHaveLength(1);
  });

  it('given an answered key when it begins again then the first reply is replayed', async () => {
    const store = await onRedis.open();
    await store.beginIdempotency(key);
    await store.acceptCalls([newCall()], { ...key, reply: '{"id":"x"}' });
    expect(await store.beginIdempotency(key)).toEqual({ type: 'replay', reply: '{"id":"x"}' });
  });

  it('given a used key when it begins with another body then it is a mismatch, answered or not', async () => {
    const store = await onRedis.open();
    await store.beginIdempotency(key);
    expect(await store.beginIdempotency({ ...key, fingerprint: 'bbbb' })).toEqual({ type: 'mismatch' });
    await store.acceptCalls([newCall()], { ...key, reply: 'r' });
    expect(await store.beginIdempotency({ ...key, fingerprint: 'bbbb' })).toEqual({ type: 'mismatch' });
  });

  it('given a first request that was abandoned when it begins again then it is the first', async () => {
    const store = await onRedis.open();
    await store.beginIdempotency(key);
    await store.abandonIdempotency({ ...key, fingerprint: 'bbbb' });
    expect(await store.beginIdempotency(key)).toEqual({ type: 'in_flight' });
    await store.abandonIdempotency(key);
    expect(await store.beginIdempotency(key)).toEqual({ type: 'first' });
  });

  it('given an answered key when it is abandoned then the reply stays', async () => {
    const store = await onRedis.open();
    await store.acceptCalls([newCall()], { ...key, reply: 'r' });
    await store.abandonIdempotency(key);
    expect(await store.beginIdempotency(key)).toEqual({ type: 'replay', reply: 'r' });
  });

  it('given a first request whose mark has expired when both accept then only one writes its calls', async () => {
    const store = await onRedis.open();
    const [slow, quick] = [newCall(), newCall()];
    await store.beginIdempotency(key);
    await onRedis.redis.del(await onlyKey('*:idempotency:*'));
    expect(await store.beginIdempotency(key)).toEqual({ type: 'first' });
    await store.acceptCalls([quick], { ...key, reply: 'quick' });
    await expect(store.acceptCalls([slow], { ...key, reply: 'slow' })).rejects.toThrow(IdempotencyLost);
    expect(await store.readCall(slow.id)).toBeUndefined();
    expect((await store.listCalls({ tenantId: 'acme', limit: 10 })).calls).toHaveLength(1);
    expect(await store.beginIdempotency(key)).toEqual({ type: 'replay', reply: 'quick' });
  });

  it('given keys in use then they expire', async () => {
    const store = await onRedis.open({ idempotencySeconds: 100, idempotencyInFlightSeconds: 10 });
    await store.beginIdempotency(key);
    const name = await onlyKey('*:idempotency:*');
    expect(await onRedis.redis.pttl(name)).toBeLessThanOrEqual(10_000);
    await store.acceptCalls([newCall()], { ...key, reply: 'r' });
    const ttl = await onRedis.redis.pttl(name);
    expect(ttl).toBeGreaterThan(10_000);
    expect(ttl).toBeLessThanOrEqual(100_000);
  });

  async function onlyKey(pattern: string): Promise<string> {
    const [name] = await onRedis.redis.keys(`${onRedis.prefix}${pattern.slice(1)}`);
    if (name === undefined) throw new Error(`no key like ${pattern}`);
    return name;
  }
});

describe('updating a call', () => {
  it('given a call that was read when it is updated then it has the next version', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const after = reschedule(before.value, noon + 5_000);
    expect(await store.updateCall(before, after)).toEqual({ ok: true, version: 2 });
    expect(await read(store, after)).toEqual({ value: after, version: 2 });
  });

  it('given a call that was written meanwhile when it is updated then it is a conflict and nothing changes', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    await store.updateCall(before, reschedule(before.value, noon + 5_000));
    const late = await store.updateCall(before, reschedule(before.value, noon + 9_000));
    expect(late).toEqual({ ok: false, why: 'conflict' });
    expect((await read(store, before.value)).value.state).toMatchObject({ dueAt: noon + 5_000 });
    expect(await overdue(store, noon + 9_000)).toEqual([before.value.id]);
  });

  it('given 50 writers of one version when they write then one wins', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const written = await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.updateCall(before, reschedule(before.value, noon + i))),
    );
    expect(written.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('given a call that is not there when it is updated then it is a conflict', async () => {
    const store = await onRedis.open();
    const call = newCall();
    expect(await store.updateCall({ value: call, version: 1 }, call)).toEqual({ ok: false, why: 'conflict' });
    expect(await store.readCall(call.id)).toBeUndefined();
  });
});

describe('overdue calls', () => {
  it('given planned calls then those due before the instant come, oldest first', async () => {
    const store = await onRedis.open();
    const due = async (at: number) => (await accepted(store, { request: { ...request, notBeforeAt: at } })).value.id;
    const [third, first, second] = [await due(noon + 30), await due(noon + 10), await due(noon + 20)];
    expect(await overdue(store, noon + 30)).toEqual([first, second]);
    expect(await overdue(store, noon + 31)).toEqual([first, second, third]);
    expect(await overdue(store, noon + 31, 1)).toEqual([first]);
  });

  it('given a canceled call then it is not overdue', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
    expect(await overdue(store, noon + 60_000)).toEqual([]);
  });
});

describe('listing calls', () => {
  /** Every page of a query, and the number of pages. */
  async function all(
    store: Store,
    query: Omit<Parameters<Store['listCalls']>[0], 'cursor'>,
  ): Promise<[Call[], number]> {
    const calls: Call[] = [];
    let cursor: string | undefined;
    for (let pages = 1; ; pages++) {
      const page = await store.listCalls({ ...query, ...(cursor !== undefined && { cursor }) });
      calls.push(...page.calls.map(({ value }) => value));
      expect(page.calls.length).toBeLessThanOrEqual(query.limit);
      if (page.cursor === undefined) return [calls, pages];
      expect(isCallCursor(page.cursor)).toBe(true);
      cursor = page.cursor;
    }
  }

  it('given 2,500 calls when they are paged through then each comes once, newest first, and every filter holds', async () => {
    const store = await onRedis.open();
    const calls: Call[] = [];
    for (let batch = 0; batch < 5; batch++) {
      // All calls of a batch have the same acceptedAt.
      const at = noon + batch * 1_000;
      const made = Array.from({ length: 500 }, (_, i) =>
        newCall({
          at,
          reference: i % 5 === 0 ? 'shared' : `order-${batch}-${i}`,
          request: i % 2 === 0 ? request : { ...request, notBeforeAt: noon + 3_600_000 },
        }),
      );
      await store.acceptCalls(made);
      calls.push(...made);
    }
    await store.acceptCalls([newCall({ tenantId: 'other', reference: 'shared' })]);
    const newestFirst = calls.sort((a, b) => b.acceptedAt - a.acceptedAt || (a.id < b.id ? 1 : -1));
    const idsOf = (list: Call[]) => list.map(({ id }) => id);
    const where = (keep: (call: Call) => boolean) => idsOf(newestFirst.filter(keep));

    const [everything, pages] = await all(store, { tenantId: 'acme', limit: 100 });
    expect(idsOf(everything)).toEqual(idsOf(newestFirst));
    expect(pages).toBe(25);

    const [odd] = await all(store, { tenantId: 'acme', limit: 333 });
    expect(idsOf(odd)).toEqual(idsOf(newestFirst));

    const [scheduled] = await all(store, { tenantId: 'acme', status: 'scheduled', limit: 250 });
    expect(idsOf(scheduled)).toEqual(where((c) => c.state.status === 'scheduled'));

    const [shared] = await all(store, { tenantId: 'acme', reference: 'shared', limit: 100 });
    expect(idsOf(shared)).toEqual(where((c) => c.reference === 'shared'));

    const [one] = await all(store, { tenantId: 'acme', reference: 'order-3-1', limit: 100 });
    expect(idsOf(one)).toEqual(where((c) => c.reference === 'order-3-1'));

    const between = { from: noon + 1_000, to: noon + 3_000 };
    const inside = (c: Call) => c.acceptedAt >= between.from && c.acceptedAt < between.to;
    const [range] = await all(store, { tenantId: 'acme', ...between, limit: 300 });
    expect(idsOf(range)).toEqual(where(inside));

    const [narrow] = await all(store, {
      tenantId: 'acme',
      ...between,
      reference: 'shared',
      status: 'queued',
      limit: 7,
    });
    expect(idsOf(narrow)).toEqual(where((c) => inside(c) && c.reference === 'shared' && c.state.status === 'queued'));
    expect(narrow).toHaveLength(100);

    const [none] = await all(store, { tenantId: 'acme', status: 'completed', limit: 10 });
    expect(none).toEqual([]);
  });

  it('given a call that changes its state between two pages when the listing continues then no other call is missed', async () => {
    const store = await onRedis.open();
    const calls = Array.from({ length: 6 }, (_, i) => newCall({ at: noon + i }));
    await store.acceptCalls(calls);
    const first = await store.listCalls({ tenantId: 'acme', status: 'queued', limit: 3 });
    const last = first.calls.at(-1);
    if (last === undefined || first.cursor === undefined) throw new Error('a full page has a cursor');
    await store.updateCall(last, stepCall(last.value, { type: 'cancel', at: noon }).call);
    const second = await store.listCalls({ tenantId: 'acme', status: 'queued', limit: 3, cursor: first.cursor });
    expect(second.calls.map(({ value }) => value.id)).toEqual(
      calls
        .slice(0, 3)
        .reverse()
        .map(({ id }) => id),
    );
  });

  it('given a text that is no cursor when it is used then it is refused', async () => {
    const store = await onRedis.open();
    await expect(store.listCalls({ tenantId: 'acme', limit: 1, cursor: '(+' })).rejects.toThrow(RangeError);
  });
});

describe('an ended call', () => {
  it('given its retention has passed when the store forgets then no listing shows it, and its record has an expiry', async () => {
    const store = await onRedis.open({ retentionSeconds: 60 });
    const [kept, gone] = [await accepted(store), await accepted(store)];
    await store.updateCall(gone, stepCall(gone.value, { type: 'cancel', at: noon }).call);
    expect(await onRedis.redis.pttl(`${onRedis.prefix}:call:${gone.value.id}`)).toBeGreaterThan(0);
    expect(await onRedis.redis.pttl(`${onRedis.prefix}:call:${kept.value.id}`)).toBe(-1);

    expect(await store.forgetEnded(noon + 59_999, 10)).toBe(0);
    expect((await store.listCalls({ tenantId: 'acme', status: 'canceled', limit: 10 })).calls).toHaveLength(1);
    expect(await store.forgetEnded(noon + 60_000, 10)).toBe(1);
    for (const by of [{}, { reference: 'order-1' }]) {
      const { calls } = await store.listCalls({ tenantId: 'acme', ...by, limit: 10 });
      expect(calls.map(({ value }) => value.id)).toEqual([kept.value.id]);
    }
    expect((await store.listCalls({ tenantId: 'acme', status: 'canceled', limit: 10 })).calls).toEqual([]);
  });

  it('given a record that expired before its index entries when calls are listed then it is skipped', async () => {
    const store = await onRedis.open();
    const [kept, gone] = [await accepted(store), await accepted(store, { at: noon + 1 })];
    await onRedis.redis.del(`${onRedis.prefix}:call:${gone.value.id}`);
    const { calls } = await store.listCalls({ tenantId: 'acme', limit: 10 });
    expect(calls.map(({ value }) => value.id)).toEqual([kept.value.id]);
  });
});

function reschedule(call: Call, dueAt: number): Call {
  return stepCall(call, { type: 'reschedule', at: noon, dueAt }).call;
}
