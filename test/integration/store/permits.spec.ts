import type { AttemptId, CallId } from '@redial/call';
import type { LimitRequest, Permits, Store } from '@redial/store';
import { describe, expect, it } from 'vitest';
import { claimed, settlement } from './attempt-under-way.ts';
import { accepted, dialed, ids, noon, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

const limit = (name: string, over: Partial<LimitRequest> = {}): LimitRequest => ({
  limit: name,
  permits: 1,
  maxCalls: 100,
  maxCallsPerSecond: 1_000,
  ...over,
});

interface Take {
  readonly attemptId?: AttemptId;
  readonly limits?: readonly LimitRequest[];
  readonly now?: number;
  readonly leaseMs?: number;
  readonly horizonMs?: number;
  readonly pbx?: string;
  readonly waiter?: { readonly callId: CallId; readonly order: number };
}

function take(
  store: Store,
  { attemptId = ids.attemptId(), limits = [limit('trunk:a')], ...rest }: Take = {},
): Promise<Permits> {
  return store.acquirePermits({
    attemptId,
    pbx: 'main',
    limits,
    now: noon,
    leaseMs: 60_000,
    horizonMs: 60_000,
    ...rest,
  });
}

const grantedOf = (answers: readonly Permits[]) => answers.flatMap((a) => (a.granted ? [a] : []));
const refusedOf = (answers: readonly Permits[]) => answers.flatMap((a) => (a.granted ? [] : [a]));

describe('a limit without a pace', () => {
  const phone = (name = 'extension.acme.1001'): LimitRequest => ({ limit: name, permits: 1, maxCalls: 1 });

  it('given a permit that is taken when calls wait for it then the first of them is found, by priority and time, each once', async () => {
    const store = await onRedis.open();
    const instanceId = ids.attemptId();
    expect((await take(store, { attemptId: instanceId, limits: [phone()] })).granted).toBe(true);
    const waiters = [30, 10, 20].map((order) => ({ callId: ids.callId(), order }));
    for (const waiter of waiters) expect((await take(store, { limits: [phone()], waiter })).granted).toBe(false);
    const found = [];
    for (let n = 0; n < 4; n++) found.push(await store.nextWaiting(phone().limit));
    expect(found).toEqual([...[waiters[1], waiters[2], waiters[0]].map((waiter) => waiter?.callId), undefined]);
  });

  it('given a call that waited when it gets its permit then it no longer waits', async () => {
    const store = await onRedis.open();
    const [instanceId, attemptId] = [ids.attemptId(), ids.attemptId()];
    const waiter = { callId: ids.callId(), order: 1 };
    await take(store, { attemptId: instanceId, limits: [phone()] });
    await take(store, { attemptId, limits: [phone()], waiter });
    await store.releasePermits(instanceId, [phone().limit]);
    expect((await take(store, { attemptId, limits: [phone()], waiter })).granted).toBe(true);
    expect(await store.nextWaiting(phone().limit)).toBeUndefined();
  });

  it('given many calls for one phone when all are refused then they try again one second after the other, within half a minute', async () => {
    const store = await onRedis.open();
    await take(store, { limits: [phone()] });
    const answers = [];
    for (let n = 0; n < 40; n++) answers.push(await take(store, { limits: [phone()] }));
    const waits = refusedOf(answers).map(({ retryAt }) => retryAt - noon);
    expect(waits.slice(0, 3)).toEqual([1_000, 2_000, 3_000]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(31_000);
  });

  it('given many phones after granted and refused calls then the keys of each expire', async () => {
    const store = await onRedis.open();
    for (let n = 0; n < 3; n++) {
      const limit = phone(`number.${n}`);
      const instanceId = ids.attemptId();
      await take(store, { attemptId: instanceId, limits: [limit] });
      await take(store, { limits: [limit], waiter: { callId: ids.callId(), order: 1 } });
    }
    const keys = await onRedis.redis.keys(`${onRedis.prefix}:*number.*`);
    expect(keys.length).toBeGreaterThanOrEqual(6);
    for (const key of keys) expect(await onRedis.redis.ttl(key)).toBeGreaterThan(0);
  });

  it('given 50 calls for one phone when they come and go then it is never in two', async () => {
    const store = await onRedis.open();
    let most = 0;
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const attemptId = ids.attemptId();
        const answer = await take(store, { attemptId, limits: [limit('pbx:main'), phone()] });
        most = Math.max(most, (await store.permitsHeld([phone().limit], noon))[phone().limit] ?? 0);
        if (answer.granted) await store.releasePermits(attemptId, ['pbx:main', phone().limit]);
      }),
    );
    expect(most).toBe(1);
  });
});

describe('permits of a limit', () => {
  it('given 200 attempts at one moment when all want one of 30 permits then 30 get one', async () => {
    const [one, two] = [await onRedis.open(), await onRedis.open()];
    const limits = [limit('trunk:a', { maxCalls: 30 })];
    const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => take(i % 2 === 0 ? one : two, { limits })));
    expect(grantedOf(answers)).toHaveLength(30);
    expect(await one.permitsHeld(['trunk:a'], noon)).toEqual({ 'trunk:a': 30 });
    for (const answer of refusedOf(answers)) expect(answer).toMatchObject({ limit: 'trunk:a', reason: 'calls' });
  });

  it('given permits that come and go when many take and release then there are never more than the limit', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCalls: 3 }), limit('pbx:main', { maxCalls: 5 })];
    let most = 0;
    const caller = async (): Promise<void> => {
      for (let n = 0; n < 10; n++) {
        const attemptId = ids.attemptId();
        const answer = await take(store, { attemptId, limits });
        most = Math.max(most, (await store.permitsHeld(['trunk:a'], noon))['trunk:a'] ?? 0);
        if (answer.granted) await store.releasePermits(attemptId, ['trunk:a', 'pbx:main']);
      }
    };
    await Promise.all(Array.from({ length: 20 }, caller));
    expect(most).toBe(3);
    expect(await store.permitsHeld(['trunk:a', 'pbx:main'], noon)).toEqual({ 'trunk:a': 0, 'pbx:main': 0 });
  });

  it('given a full second limit when permits are requested on two then none is taken on the first, nor any of its rate', async () => {
    const store = await onRedis.open();
    await take(store, { limits: [limit('trunk:b', { maxCalls: 1 })] });
    const refused = await take(store, {
      limits: [limit('trunk:a', { maxCallsPerSecond: 1 }), limit('trunk:b', { maxCalls: 1 })],
    });
    expect(refused).toMatchObject({ granted: false, limit: 'trunk:b', reason: 'calls' });
    expect(await store.permitsHeld(['trunk:a', 'trunk:b'], noon)).toEqual({ 'trunk:a': 0, 'trunk:b': 1 });
    expect(await take(store, { limits: [limit('trunk:a', { maxCallsPerSecond: 1 })] })).toMatchObject({
      startAt: noon,
    });
  });

  it('given a call whose legs both take the trunk when it requests two permits then it holds two', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { permits: 2, maxCalls: 3 })];
    const attemptId = ids.attemptId();
    expect((await take(store, { attemptId, limits })).granted).toBe(true);
    expect((await take(store, { limits })).granted).toBe(false);
    await store.releasePermits(attemptId, ['trunk:a']);
    expect(await store.permitsHeld(['trunk:a'], noon)).toEqual({ 'trunk:a': 0 });
  });

  it('given an attempt that has permits when it requests them again then it gets the same answer and takes none', async () => {
    const store = await onRedis.open();
    const attemptId = ids.attemptId();
    const limits = [limit('trunk:a', { permits: 2, maxCalls: 2, maxCallsPerSecond: 1 }), limit('pbx:main')];
    const first = await take(store, { attemptId, limits });
    const again = await Promise.all(
      Array.from({ length: 20 }, () => take(store, { attemptId, limits, now: noon + 500 })),
    );
    for (const answer of again) expect(answer).toEqual(first);
    expect(await store.permitsHeld(['trunk:a', 'pbx:main'], noon)).toEqual({ 'trunk:a': 2, 'pbx:main': 1 });
  });

  it('given a dialer that died with its permits when their lease has run out then they are free', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCalls: 1 })];
    const attemptId = ids.attemptId();
    await take(store, { attemptId, limits, leaseMs: 10_000 });
    expect((await take(store, { limits, now: noon + 9_999 })).granted).toBe(false);
    expect(await store.permitsHeld(['trunk:a'], noon + 10_000)).toEqual({ 'trunk:a': 0 });
    expect((await take(store, { limits, now: noon + 10_000 })).granted).toBe(true);
    expect((await take(store, { attemptId, limits, now: noon + 10_000 })).granted).toBe(false);
  });

  it('given the loser of a race for the claim when it releases the permits then the winner keeps them', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { after, attempt } = dialed(before.value, ['trunk:a']);
    await take(store, { attemptId: attempt.id });
    await store.claim(before, after, attempt);
    await store.releasePermits(attempt.id, ['trunk:a']);
    expect(await store.permitsHeld(['trunk:a'], noon)).toEqual({ 'trunk:a': 1 });
  });

  it('given a loser with permits on another PBX when it releases them then those are free, and the winner keeps its own', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { after, attempt } = dialed(before.value, ['trunk:a', 'pbx:east']);
    const limitsOf = (pbx: string) =>
      ['trunk:a', pbx].map((limit) => ({ limit, permits: 1, maxCalls: 9, maxCallsPerSecond: 9 }));
    await take(store, { attemptId: attempt.id, limits: limitsOf('pbx:east') });
    await take(store, { attemptId: attempt.id, limits: limitsOf('pbx:west') });
    await store.claim(before, after, attempt);
    await store.releasePermits(attempt.id, ['trunk:a', 'pbx:west']);
    const held = await store.permitsHeld(['trunk:a', 'pbx:east', 'pbx:west'], noon);
    expect(held).toEqual({ 'trunk:a': 1, 'pbx:east': 1, 'pbx:west': 0 });
  });

  it('given a duplicate run that still has permits when the attempt has been settled then it can release them', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { id } = dialed(before.value).attempt;
    const under = await claimed(store, before, { limits: ['trunk:a'] });
    await store.settle(settlement(under));
    // The permits of a duplicate run that took them on another PBX.
    await onRedis.redis.zadd(`${onRedis.prefix}:permits:trunk:b`, noon + 60_000, `${id}#1`);
    expect(await store.permitsHeld(['trunk:b'], noon)).toEqual({ 'trunk:b': 1 });
    await store.releasePermits(id, ['trunk:b']);
    expect(await store.permitsHeld(['trunk:b'], noon)).toEqual({ 'trunk:b': 0 });
  });

  it('given an attempt that was claimed when a duplicate run requests its permits then it gets none, and the attempt keeps its own', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { id } = dialed(before.value).attempt;
    await take(store, { attemptId: id });
    const under = await claimed(store, before, { limits: ['trunk:a'] });
    const limits = [limit('pbx:second'), limit('trunk:a')];
    expect(await take(store, { attemptId: id, pbx: 'second', limits })).toMatchObject({ granted: false });
    expect(await store.permitsHeld(['pbx:second', 'trunk:a'], noon)).toEqual({ 'pbx:second': 0, 'trunk:a': 1 });
    await store.settle(settlement(under));
    expect(await take(store, { attemptId: id, pbx: 'second', limits })).toMatchObject({ granted: false });
    expect(await store.permitsHeld(['pbx:second', 'trunk:a'], noon)).toEqual({ 'pbx:second': 0, 'trunk:a': 0 });
  });

  it('given a limit that can never grant when permits are requested then that is an error', async () => {
    const store = await onRedis.open();
    for (const over of [{ maxCalls: 0 }, { permits: 0 }, { permits: 3, maxCalls: 2 }, { maxCallsPerSecond: 0 }]) {
      await expect(take(store, { limits: [limit('trunk:a', over)] })).rejects.toThrow(RangeError);
    }
  });
});

describe('the rate of a limit', () => {
  it('given 20 starts a second when 50 request at once then they start 50 ms apart', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCallsPerSecond: 20 })];
    const answers = await Promise.all(Array.from({ length: 50 }, () => take(store, { limits })));
    const starts = grantedOf(answers).map(({ startAt }) => startAt);
    expect(starts.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => noon + i * 50));
  });

  it('given a rate that is no whole number of ms when many request then no second has more starts than the rate', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCalls: 1_000, maxCallsPerSecond: 300 })];
    const answers = await Promise.all(Array.from({ length: 601 }, () => take(store, { limits })));
    const starts = grantedOf(answers).map(({ startAt }) => startAt - noon);
    expect(starts.filter((at) => at < 1_000)).toHaveLength(300);
    expect(Math.max(...starts)).toBe(2_000);
  });

  it('given a start beyond the horizon when it is requested then it is refused until it is within, and takes nothing', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCallsPerSecond: 2 })];
    const ask = (now: number) => take(store, { limits, now, horizonMs: 600 });
    expect(await ask(noon)).toMatchObject({ startAt: noon });
    expect(await ask(noon)).toMatchObject({ startAt: noon + 500 });
    expect(await ask(noon)).toEqual({ granted: false, limit: 'trunk:a', reason: 'rate', retryAt: noon + 400 });
    expect(await store.permitsHeld(['trunk:a'], noon)).toEqual({ 'trunk:a': 2 });
    expect(await ask(noon + 400)).toMatchObject({ startAt: noon + 1_000 });
  });

  it('given two limits when one is slower then both keep its pace', async () => {
    const store = await onRedis.open();
    const limits = [limit('pbx:main', { maxCallsPerSecond: 100 }), limit('trunk:a', { maxCallsPerSecond: 2 })];
    const answers = await Promise.all([take(store, { limits }), take(store, { limits })]);
    expect(grantedOf(answers).map(({ startAt }) => startAt - noon)).toEqual([0, 500]);
    expect(await take(store, { limits: [limit('pbx:main', { maxCallsPerSecond: 100 })] })).toMatchObject({
      startAt: noon + 510,
    });
  });

  it('given a limit after a quiet time when calls come then it has saved no starts', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCallsPerSecond: 10 })];
    await take(store, { limits });
    const later = await Promise.all([
      take(store, { limits, now: noon + 9_000 }),
      take(store, { limits, now: noon + 9_000 }),
    ]);
    expect(grantedOf(later).map(({ startAt }) => startAt - noon)).toEqual([9_000, 9_100]);
  });

  it('given 1,000 calls due at once when the horizon is one second then those refused come back at the limit’s pace, and then start', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCalls: 1_000, maxCallsPerSecond: 300 })];
    const waiting = Array.from({ length: 1_000 }, () => ({ attemptId: ids.attemptId(), at: noon }));
    const starts: number[] = [];
    let asked = 0;
    // The part of the queue: a refused attempt requests again at the given time.
    while (waiting.length > 0) {
      waiting.sort((a, b) => a.at - b.at);
      const { attemptId, at } = waiting.shift() ?? { attemptId: ids.attemptId(), at: noon };
      asked++;
      const answer = await take(store, { attemptId, limits, now: at, horizonMs: 1_000 });
      if (answer.granted) starts.push(answer.startAt - noon);
      else waiting.push({ attemptId, at: answer.retryAt });
    }
    expect(Math.max(...starts)).toBe(3_330);
    // 301 start from the first request, the others from the second.
    expect(asked).toBeLessThanOrEqual(1_000 + 699 + 5);
  });

  it('given many calls at a full limit when they are refused then their next tries are spread, at most half a minute later', async () => {
    const store = await onRedis.open();
    const limits = [limit('trunk:a', { maxCalls: 1, maxCallsPerSecond: 10 })];
    const answers = await Promise.all(Array.from({ length: 501 }, () => take(store, { limits })));
    const retries = refusedOf(answers).map(({ retryAt }) => retryAt - noon);
    expect(Math.min(...retries)).toBe(1_000);
    expect(Math.max(...retries)).toBeLessThanOrEqual(31_000);
    // 300 fit into the window at 10 a second; the rest share it.
    const busiest = Math.max(...retries.map((at) => retries.filter((other) => other === at).length));
    expect(busiest).toBe(2);
  });

  it('given a full trunk when one attempt requests it on one PBX after another then it waits at one place in the line', async () => {
    const store = await onRedis.open();
    const trunk = limit('trunk:a', { maxCalls: 1, maxCallsPerSecond: 10 });
    const ask = (attemptId: AttemptId, pbx: string, now = noon) =>
      take(store, { attemptId, pbx, now, limits: [limit(`pbx:${pbx}`), trunk] });
    await take(store, { limits: [trunk] });
    const [one, two] = [ids.attemptId(), ids.attemptId()];
    const refused = { granted: false, limit: 'trunk:a', reason: 'calls' };
    for (const pbx of ['main', 'second', 'third'])
      expect(await ask(one, pbx)).toEqual({ ...refused, retryAt: noon + 1_000 });
    expect(await ask(two, 'second')).toEqual({ ...refused, retryAt: noon + 1_100 });
    // Its time has come, and the trunk is still full.
    expect(await ask(one, 'main', noon + 1_000)).toEqual({ ...refused, retryAt: noon + 2_000 });
    const [key = ''] = await onRedis.redis.keys(`${onRedis.prefix}:grant:${two}`);
    expect(await onRedis.redis.pttl(key)).toBeGreaterThan(0);
  });
});

describe('journal slots', () => {
  it('given granted permits then the slots of each PBX count up from 0', async () => {
    const store = await onRedis.open();
    const slots = async (pbx: string) =>
      grantedOf([await take(store, { pbx }), await take(store, { pbx })]).map(({ slot }) => slot);
    expect(await slots('main')).toEqual([0, 1]);
    expect(await slots('second')).toEqual([0, 1]);
  });

  it('given the last slot when the next is handed out then it begins again', async () => {
    const store = await onRedis.open();
    await onRedis.redis.set(`${onRedis.prefix}:slots:main`, 99_999);
    const answers = [await take(store), await take(store)];
    expect(grantedOf(answers).map(({ slot }) => slot)).toEqual([99_999, 0]);
  });

  /** The next slot in turn is this one. */
  const turnTo = (slot: number) => onRedis.redis.set(`${onRedis.prefix}:slots:main`, 100_000 + slot);
  const nextSlot = async (store: Store, over: Take = {}) => grantedOf([await take(store, over)])[0]?.slot;

  it('given a talk that outlasts a whole round when its slot’s turn comes then it is skipped until the talk is settled', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    const { id } = dialed(before.value).attempt;
    const slot = await nextSlot(store, { attemptId: id, leaseMs: 10_000 });
    const under = await claimed(store, before, { slot: slot ?? -1 });
    await turnTo(0);
    expect(await nextSlot(store)).toBe(1);
    await turnTo(0);
    // Its lease has expired, and that of slot 1 has not. But its result is not known yet.
    expect(await nextSlot(store, { now: noon + 20_000 })).toBe(2);
    await store.settle(settlement(under));
    await turnTo(0);
    expect(await nextSlot(store, { now: noon + 20_000 })).toBe(0);
  });

  it('given a grant that is requested anew, on any PBX, when its start is over then only its previous slot is free', async () => {
    const store = await onRedis.open();
    const slotsOf = (pbx: string) => onRedis.redis.zrange(`${onRedis.prefix}:slots-in-use:${pbx}`, '0', '-1');
    const attemptId = ids.attemptId();
    await take(store, { attemptId });
    await take(store, { attemptId, now: noon + 2_000 });
    expect(await slotsOf('main')).toEqual(['1']);
    await take(store, { attemptId, pbx: 'second', now: noon + 4_000 });
    expect([await slotsOf('main'), await slotsOf('second')]).toEqual([[], ['0']]);
    await onRedis.redis.zadd(`${onRedis.prefix}:slots-in-use:second`, '+inf', '0');
    await take(store, { attemptId, now: noon + 6_000 });
    expect(await slotsOf('second')).toEqual(['0']);
  });

  it('given a slot that is held by a PBX when another hands out its own then that one is free', async () => {
    const store = await onRedis.open();
    await claimed(store, undefined, { slot: 0 });
    expect(await nextSlot(store, { pbx: 'second' })).toBe(0);
    expect(await nextSlot(store)).toBe(1);
  });

  it('given a slot that was granted and given back, or whose dialer died, when its turn comes then it is handed out', async () => {
    const store = await onRedis.open();
    const back = ids.attemptId();
    expect(await nextSlot(store, { attemptId: back })).toBe(0);
    expect(await nextSlot(store, { leaseMs: 10_000 })).toBe(1);
    await store.releasePermits(back, ['trunk:a']);
    await turnTo(0);
    expect(await nextSlot(store, { now: noon + 9_999 })).toBe(0);
    expect(await nextSlot(store, { now: noon + 9_999 })).toBe(2);
    await turnTo(1);
    expect(await nextSlot(store, { now: noon + 10_001 })).toBe(1);
  });

  it('given more slots in use in a row than are checked when permits are requested then none are taken, and the next request finds one', async () => {
    const store = await onRedis.open();
    const held = Array.from({ length: 1_500 }, (_, slot) => ['+inf', slot]).flat();
    await onRedis.redis.zadd(`${onRedis.prefix}:slots-in-use:main`, ...held);
    expect(await take(store)).toEqual({ granted: false, limit: 'trunk:a', reason: 'calls', retryAt: noon + 1_000 });
    expect(await store.permitsHeld(['trunk:a'], noon)).toEqual({ 'trunk:a': 0 });
    expect(await nextSlot(store)).toBe(1_500);
  });
});

describe('a check of the permits', () => {
  it('given keys of Redial, or none, then there is no fault', async () => {
    const store = await onRedis.open();
    await store.checkPermits(['trunk:a'], ['main']);
    await take(store);
    await store.checkPermits(['trunk:a'], ['main']);
  });

  it.each(['permits:trunk:a', 'pace:trunk:a', 'slots:main', 'slots-in-use:main'])(
    'given another type of key at %s, which prevents dialling, then it is reported',
    async (name) => {
      const store = await onRedis.open();
      const key = `${onRedis.prefix}:${name}`;
      await onRedis.redis.lpush(key, 'x');
      await expect(store.checkPermits(['trunk:a'], ['main'])).rejects.toThrow(key);
    },
  );
});
