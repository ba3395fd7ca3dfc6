import type { Delivery } from '@redial/call';
import type { PageCursor } from '@redial/store';
import { expect, it } from 'vitest';
import { ids, newCall, noon, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

/** Reads to the end. Returns the sizes of the pages and their items. */
async function pages<T>(read: (cursor?: PageCursor) => Promise<{ items: readonly T[]; cursor?: PageCursor }>) {
  const [sizes, all]: [number[], T[]] = [[], []];
  for (let cursor: PageCursor | undefined, more = true; more; ) {
    const page = await read(cursor);
    sizes.push(page.items.length);
    all.push(...page.items);
    cursor = page.cursor;
    more = cursor !== undefined;
  }
  return { sizes, all };
}

it('given calls of many instants, and many of one, when they are read by pages then each overdue one comes once, oldest first', async () => {
  const store = await onRedis.open();
  const at = [...Array.from({ length: 25 }, () => noon), ...Array.from({ length: 15 }, (_, i) => noon + 1 + i)];
  const calls = at.map((instant) => newCall({ at: instant }));
  await store.acceptCalls([...calls, newCall({ at: noon + 100 })]);
  for (const limit of [1, 7, 10, 40, 41, 1_000]) {
    const { sizes, all } = await pages(async (after) => {
      const { calls: items, cursor } = await store.overduePage(noon + 100, limit, after);
      return { items, ...(cursor !== undefined && { cursor }) };
    });
    expect(new Set(all.map(({ id }) => id))).toEqual(new Set(calls.map(({ id }) => id)));
    expect(all.map(({ dueAt }) => dueAt)).toEqual(at);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limit);
  }
  expect(await store.countOverdue(noon + 100)).toBe(40);
  expect(await store.countOverdue(noon)).toBe(0);
});

it('given calls that leave the index between two pages when they are of other instants then none of the others is skipped', async () => {
  const store = await onRedis.open();
  const calls = [1, 2, 3, 4].map((n) => newCall({ at: noon + n }));
  await store.acceptCalls(calls);
  const first = await store.overduePage(noon + 100, 2);
  const gone = await store.readCall(calls[0]?.id as never);
  if (gone === undefined) throw new Error('the call was accepted');
  await store.updateCall(gone, { ...gone.value, state: { status: 'canceled', endedAt: noon, reason: 'gone' } });
  const second = await store.overduePage(noon + 100, 2, first.cursor);
  expect(second.calls.map(({ id }) => id)).toEqual(calls.slice(2).map(({ id }) => id));
});

it('given pending deliveries when they are read by pages then each comes once, and a damaged one shortens its page without ending it', async () => {
  const store = await onRedis.open();
  const made = Array.from({ length: 9 }, (_, n): Delivery => {
    const attemptId = ids.attemptId();
    const base = { id: `${attemptId}.crm`, tenantId: 'acme', callId: ids.callId(), attemptId, sink: 'crm' };
    return { ...base, status: 'pending', createdAt: noon + Math.floor(n / 4), tries: 0 };
  });
  for (const one of made) await store.writeDelivery(one);
  await onRedis.redis.set(`${onRedis.prefix}:delivery:${made[0]?.id}`, 'no record');
  const { sizes, all } = await pages(async (after) => {
    const { deliveries: items, cursor } = await store.undeliveredPage(noon + 10, 4, after);
    return { items, ...(cursor !== undefined && { cursor }) };
  });
  expect(sizes).toEqual([3, 4, 1]);
  expect(all).toEqual(made.slice(1));
});
