import { stepCall } from '@redial/call';
import { type DayCap, type Store, tenantCounts } from '@redial/store';
import { describe, expect, it } from 'vitest';
import { accepted, dialed, noon, overdue, read, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();
const [a, b] = ['27820001234', '27820001235'] as const;
const day = { tenantId: 'acme', day: '2026-03-28' };

/** A new call, until its claim. */
async function dial(store: Store, cap: DayCap) {
  const before = await accepted(store);
  const { after, attempt } = dialed(before.value);
  return { before, attempt, claimed: await store.claim(before, after, attempt, cap) };
}

const today = (store: Store, numbers: readonly string[]) => store.attemptsToday('acme', '2026-03-28', numbers);

describe('the cap per number per day', () => {
  it('given 50 calls to one number when all are claimed at one moment then no more than the cap are', async () => {
    const [one, two] = [await onRedis.open(), await onRedis.open()];
    const cap = { ...day, numbers: [a], max: 3 };
    const dialled = await Promise.all(Array.from({ length: 50 }, (_, i) => dial(i % 2 === 0 ? one : two, cap)));
    const outcomes = dialled.map(({ claimed }) => (claimed.ok ? 'ok' : claimed.why));
    expect(outcomes.filter((outcome) => outcome === 'ok')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'cap')).toHaveLength(47);
    expect(await today(one, [a])).toEqual([3]);
    expect(await one.openAttempts('main')).toHaveLength(3);
  });

  it('given a number that has used up its attempts when a call is claimed then neither call, attempt nor any count changes', async () => {
    const store = await onRedis.open();
    await dial(store, { ...day, numbers: [a] });
    const { before, attempt, claimed } = await dial(store, { ...day, numbers: [b, a], max: 1 });
    expect(claimed).toEqual({ ok: false, why: 'cap' });
    expect(await read(store, before.value)).toEqual(before);
    expect(await store.readAttempt(attempt.id)).toBeUndefined();
    expect(await today(store, [a, b])).toEqual([1, 0]);
    expect(await overdue(store, noon + 1)).toEqual([before.value.id]);
  });

  it('given a lost race and a used-up number when a call is claimed then the answer is the lost race', async () => {
    const store = await onRedis.open();
    await dial(store, { ...day, numbers: [a] });
    const before = await accepted(store);
    await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
    const { after, attempt } = dialed(before.value);
    const cap = { ...day, numbers: [a], max: 1 };
    expect(await store.claim(before, after, attempt, cap)).toEqual({ ok: false, why: 'conflict' });
    expect(await today(store, [a])).toEqual([1]);
  });

  it('given no cap when calls are claimed then each number has its own count, per tenant and day', async () => {
    const store = await onRedis.open();
    await dial(store, { ...day, numbers: [a, b] });
    await dial(store, { ...day, numbers: [a] });
    expect(await today(store, [a, b, '27820001236'])).toEqual([2, 1, 0]);
    expect(await store.attemptsToday('acme', '2026-03-29', [a])).toEqual([0]);
    expect(await store.attemptsToday('other', '2026-03-28', [a])).toEqual([0]);
    expect(await today(store, [])).toEqual([]);
  });

  it('given a call whose legs are one number when it is claimed then that counts as one attempt', async () => {
    const store = await onRedis.open();
    await dial(store, { ...day, numbers: [a, a], max: 2 });
    expect(await today(store, [a])).toEqual([1]);
  });

  it('given counted attempts then Redis shows no number, and the count expires', async () => {
    const store = await onRedis.open();
    await dial(store, { ...day, numbers: [a] });
    const key = `${onRedis.prefix}:today:acme:2026-03-28`;
    expect(JSON.stringify(await onRedis.redis.hgetall(key))).not.toContain(a);
    expect(await onRedis.redis.ttl(key)).toBeGreaterThan(0);
  });

  it('given a tenant’s own limit of the day when 20 calls are claimed at one moment then no more than the limit are, to any number', async () => {
    const store = await onRedis.open();
    const dialled = await Promise.all(
      Array.from({ length: 20 }, () => dial(store, { ...day, numbers: [], tenantMax: 4 })),
    );
    expect(dialled.filter(({ claimed }) => claimed.ok)).toHaveLength(4);
    expect(await today(store, [tenantCounts.attempts, tenantCounts.talkSeconds])).toEqual([4, 0]);
  });

  it('given talk that has used up the day when a call is claimed then it is refused', async () => {
    const store = await onRedis.open();
    const { claimed } = await dial(store, { ...day, numbers: [], talkSecondsMax: 0 });
    expect(claimed).toEqual({ ok: false, why: 'cap' });
  });
});
