import { isPlanned, stepCall } from '@redial/call';
import { MalformedRecord } from '@redial/store';
import { describe, expect, it } from 'vitest';
import { busy, claimed, settlement } from './attempt-under-way.ts';
import { accepted, dialed, ids, newCall, noon, overdue, read, request, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

describe('the claim', () => {
  it('given a planned call when it is claimed then it is dialing, its attempt exists and is open, and it is no longer due', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { after, attempt } = dialed(before.value);
    expect(await store.claim(before, after, attempt)).toEqual({ ok: true, version: 2 });
    expect(await store.readForAttempt(after.id, attempt.id)).toEqual({
      call: { value: after, version: 2 },
      attempt: { value: attempt, version: 1 },
    });
    expect(await store.readAttempt(attempt.id)).toEqual({ value: attempt, version: 1 });
    expect(await store.openAttempts('main')).toEqual([attempt.id]);
    expect(await store.openAttempts('other')).toEqual([]);
    expect(await overdue(store, noon + 1)).toEqual([]);
  });

  it('given 50 dialers with the same job when all take the claim then one wins', async () => {
    const store = await onRedis.open();
    const other = await onRedis.open();
    const before = await accepted(store);
    const { after, attempt } = dialed(before.value);
    const taken = await Promise.all(
      Array.from({ length: 50 }, (_, i) => (i % 2 === 0 ? store : other).claim(before, after, { ...attempt, slot: i })),
    );
    expect(taken.filter(({ ok }) => ok)).toEqual([{ ok: true, version: 2 }]);
    const winner = taken.findIndex(({ ok }) => ok);
    expect((await store.readAttempt(attempt.id))?.value.slot).toBe(winner);
  });

  it('given a call that was canceled meanwhile when it is claimed then it is a conflict and no attempt is created', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { after, attempt } = dialed(before.value);
    await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
    expect(await store.claim(before, after, attempt)).toEqual({ ok: false, why: 'conflict' });
    expect(await store.readAttempt(attempt.id)).toBeUndefined();
    expect(await store.openAttempts('main')).toEqual([]);
    expect((await read(store, before.value)).value.state.status).toBe('canceled');
  });

  it('given an attempt that exists when it is claimed again, with the newest version of its call, then it is a conflict', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { after, attempt } = dialed(before.value);
    await store.claim(before, after, attempt);
    const rewound = await store.updateCall({ value: after, version: 2 }, before.value);
    expect(rewound.ok).toBe(true);
    expect(await store.claim({ value: before.value, version: 3 }, after, attempt)).toEqual({
      ok: false,
      why: 'conflict',
    });
    expect((await read(store, after)).version).toBe(3);
  });
});

describe('settling', () => {
  it('given an attempt under way when it is settled then all its records are written in one step', async () => {
    const store = await onRedis.open();
    const under = await claimed(store);
    const write = settlement(under);
    expect(await store.settle(write)).toEqual({ ok: true, version: 3 });
    expect(await read(store, under.call.value)).toEqual({ value: write.call.after, version: 3 });
    expect(await store.readAttempt(under.attempt.value.id)).toEqual({ value: write.attempt.after, version: 2 });
    expect(await store.readCdr(under.attempt.value.id)).toEqual(write.cdr);
    expect(await store.readDelivery(write.deliveries[0]?.id ?? '')).toEqual(write.deliveries[0]);
    expect(await store.countUndelivered()).toBe(1);
    expect(await store.openAttempts('main')).toEqual([]);
    const { calls } = await store.listCalls({ tenantId: 'acme', status: 'waiting', limit: 10 });
    expect(calls).toHaveLength(1);
    const dueAt = isPlanned(write.call.after.state) ? write.call.after.state.dueAt : 0;
    expect(await overdue(store, dueAt + 1)).toEqual([under.call.value.id]);
  });

  it('given an attempt that rang no phone when it is settled then it no longer counts for its numbers of that day, once', async () => {
    const store = await onRedis.open();
    const [rung, spared] = ['27821234567', '27829999999'];
    const call = await accepted(store);
    const { after, attempt: made } = dialed(call.value);
    const attempt = { ...made, countedOn: '2026-03-29' };
    const cap = { tenantId: 'acme', day: '2026-03-29', numbers: [rung, spared] };
    expect(await store.claim(call, after, attempt, cap)).toMatchObject({ ok: true });
    const write = settlement({ call: { value: after, version: 2 }, attempt: { value: attempt, version: 1 } });
    const settled = await Promise.all(Array.from({ length: 5 }, () => store.settle({ ...write, uncounted: [spared] })));
    expect(settled.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await store.attemptsToday('acme', '2026-03-29', [rung, spared])).toEqual([1, 0]);
  });

  it('given 50 observers when all settle then one does, and there is one delivery', async () => {
    const store = await onRedis.open();
    const under = await claimed(store);
    const settled = await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.settle(settlement(under, busy, noon + 6_000 + i))),
    );
    expect(settled.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await store.countUndelivered()).toBe(1);
  });

  it('given a call that was written meanwhile when its attempt is settled then nothing is written', async () => {
    const store = await onRedis.open();
    const under = await claimed(store);
    await store.updateCall(under.call, stepCall(under.call.value, { type: 'cancel', at: noon + 1 }).call);
    expect(await store.settle(settlement(under))).toEqual({ ok: false, why: 'conflict' });
    expect(await store.readCdr(under.attempt.value.id)).toBeUndefined();
    expect(await store.openAttempts('main')).toEqual([under.attempt.value.id]);
    expect(await store.countUndelivered()).toBe(0);
  });

  it('given a call that ends with its attempt when it is settled then call, attempts and CDRs get an expiry, the pending delivery none', async () => {
    const store = await onRedis.open({ retentionSeconds: 60 });
    const under = await claimed(
      store,
      await accepted(store, { request: { ...request, retryPolicy: { ...request.retryPolicy, maxRetries: 0 } } }),
    );
    const write = settlement(under);
    await store.settle(write);
    expect(write.call.after.state.status).toBe('exhausted');
    const { id } = under.attempt.value;
    const ttl = (key: string) => onRedis.redis.pttl(`${onRedis.prefix}:${key}`);
    for (const key of [`call:${under.call.value.id}`, `cdr:${id}`]) expect(await ttl(key)).toBeGreaterThan(0);
    // The record of the CDR holds the data of the open attempt.
    expect(await onRedis.redis.exists(`${onRedis.prefix}:attempt:${id}`)).toBe(0);
    expect(await ttl(`delivery:${id}.crm`)).toBe(-1);
  });

  it('given an attempt that held permits when it is settled then they are free', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { after, attempt } = dialed(before.value, ['pbx:main', 'trunk:carrier']);
    const permits = attempt.limits.map((limit, i) => ({ limit, permits: i + 1, maxCalls: 5, maxCallsPerSecond: 10 }));
    await store.acquirePermits({
      attemptId: attempt.id,
      pbx: 'main',
      limits: permits,
      now: noon,
      leaseMs: 60_000,
      horizonMs: 1_000,
    });
    expect(await store.permitsHeld(attempt.limits, noon)).toEqual({ 'pbx:main': 1, 'trunk:carrier': 2 });
    await store.claim(before, after, attempt);
    await store.settle(settlement({ call: { value: after, version: 2 }, attempt: { value: attempt, version: 1 } }));
    expect(await store.permitsHeld(attempt.limits, noon)).toEqual({ 'pbx:main': 0, 'trunk:carrier': 0 });
  });
});

describe('progress', () => {
  it('given an attempt under way when it rings and is answered then both are recorded once, and its version stays', async () => {
    const store = await onRedis.open();
    const { attempt } = await claimed(store);
    const { id } = attempt.value;
    await store.recordProgress(id, 'ringing', 100);
    await store.recordProgress(id, 'ringing', 101);
    await store.recordProgress(id, 'answered', 200);
    expect(await store.readAttempt(id)).toEqual({
      value: { ...attempt.value, ringingAt: 100, answeredAt: 200 },
      version: 1,
    });
    expect(await store.readAttempts([id])).toEqual([{ ...attempt.value, ringingAt: 100, answeredAt: 200 }]);
  });

  it('given an attempt that dials dial2 when that is recorded then the id of its channel is recorded, and without an id nothing is', async () => {
    const store = await onRedis.open();
    const { attempt } = await claimed(store);
    const { id } = attempt.value;
    await store.recordProgress(id, 'dial2_created', 100);
    expect((await store.readAttempt(id))?.value).toEqual(attempt.value);
    await store.recordProgress(id, 'dial2_created', 100, '1700000000.7');
    expect((await store.readAttempt(id))?.value).toEqual({ ...attempt.value, dial2UniqueId: '1700000000.7' });
  });

  it('given progress since the attempt was read when it is settled then settling still succeeds', async () => {
    const store = await onRedis.open();
    const under = await claimed(store);
    await store.recordProgress(under.attempt.value.id, 'ringing', 100);
    expect((await store.settle(settlement(under))).ok).toBe(true);
  });

  it('given an attempt that has ended or does not exist when progress is recorded then nothing is written', async () => {
    const store = await onRedis.open();
    const under = await claimed(store);
    const write = settlement(under);
    await store.settle(write);
    await store.recordProgress(under.attempt.value.id, 'answered', 200);
    expect((await store.readAttempt(under.attempt.value.id))?.value).toEqual(write.attempt.after);
    const never = ids.attemptId();
    await store.recordProgress(never, 'ringing', 100);
    expect(await store.readAttempt(never)).toBeUndefined();
  });
});

describe('reading', () => {
  it('given some attempts when they are read together then the existing ones come, in the requested order', async () => {
    const store = await onRedis.open();
    const [a, b] = [await claimed(store), await claimed(store)];
    const asked = [b.attempt.value.id, ids.attemptId(), a.attempt.value.id];
    expect((await store.readAttempts(asked)).map(({ id }) => id)).toEqual([asked[0], asked[2]]);
    expect(await store.readAttempts([])).toEqual([]);
    expect(await store.readForAttempt(newCall().id, ids.attemptId())).toEqual({});
  });

  it('given a damaged record when it is read then the error names its key and quotes nothing', async () => {
    const store = await onRedis.open();
    const { value } = await accepted(store);
    const key = `${onRedis.prefix}:call:${value.id}`;
    await onRedis.redis.set(key, (await onRedis.redis.getBuffer(key))?.subarray(0, -40) ?? '');
    const failure = await store.readCall(value.id).catch((error: unknown) => error);
    expect(failure).toEqual(new MalformedRecord(key));
    expect(String(failure)).not.toContain('27820001234');
  });
});
