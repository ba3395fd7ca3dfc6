import { type Call, stepCall } from '@redial/call';
import type { Store, Versioned } from '@redial/store';
import { describe, expect, it } from 'vitest';
import { busy, claimed, type InFlight, settlement } from './attempt-under-way.ts';
import { accepted, noon, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

describe('PBXs with open attempts', () => {
  it('given attempts under way on two PBXs then both are named, whether configured or not', async () => {
    const store = await onRedis.open();
    expect(await store.pbxsWithOpenAttempts()).toEqual([]);
    await claimed(store, undefined, { pbx: 'removed' });
    await claimed(store, undefined, { pbx: 'main' });
    await claimed(store, undefined, { pbx: 'main' });
    expect((await store.pbxsWithOpenAttempts()).sort()).toEqual(['main', 'removed']);
  });

  it('given a PBX whose last attempt is settled then it is no longer named, and named again with another attempt', async () => {
    const store = await onRedis.open();
    await store.settle(settlement(await claimed(store)));
    expect(await store.pbxsWithOpenAttempts()).toEqual([]);
    expect(await onRedis.redis.exists(`${onRedis.prefix}:pbxs-with-open`)).toBe(0);
    await claimed(store);
    expect(await store.pbxsWithOpenAttempts()).toEqual(['main']);
  });

  it('given attempts that are claimed while the PBXs are read then none is missed', async () => {
    const store = await onRedis.open();
    const names = Array.from({ length: 20 }, (_, i) => `pbx-${i}`);
    for (const pbx of names) await store.settle(settlement(await claimed(store, undefined, { pbx })));
    await Promise.all(names.flatMap((pbx) => [store.pbxsWithOpenAttempts(), claimed(store, undefined, { pbx })]));
    expect((await store.pbxsWithOpenAttempts()).sort()).toEqual([...names].sort());
  });
});

describe('attempts that are to be hung up', () => {
  async function canceled(store: Store, { call, attempt }: InFlight, at: number): Promise<InFlight> {
    const { call: value } = stepCall(call.value, { type: 'cancel', at });
    const written = await store.updateCall(call, value);
    if (!written.ok) throw new Error('the call has changed');
    return { call: { value, version: written.version } satisfies Versioned<Call>, attempt };
  }

  it('given calls under way when they are canceled then their attempts are listed, the oldest cancel first', async () => {
    const store = await onRedis.open();
    const [first, second, talking] = [await claimed(store), await claimed(store), await claimed(store)];
    expect(await store.cancelRequested()).toEqual([]);
    await canceled(store, second, noon + 2);
    await canceled(store, first, noon + 1);
    expect(await store.cancelRequested()).toEqual([first.attempt.value.id, second.attempt.value.id]);
    expect(await store.openAttempts('main')).toContain(talking.attempt.value.id);
  });

  it('given a canceled attempt when it is settled then it is no longer listed', async () => {
    const store = await onRedis.open();
    const under = await canceled(store, await claimed(store), noon + 1);
    expect((await store.settle(settlement(under, { ...busy, cancelRequestedAt: noon + 1 }))).ok).toBe(true);
    expect(await store.cancelRequested()).toEqual([]);
  });

  it('given a cancel that lost its race then nothing is to be hung up', async () => {
    const store = await onRedis.open();
    const under = await claimed(store);
    await store.settle(settlement(under));
    await expect(canceled(store, under, noon + 1)).rejects.toThrow();
    expect(await store.cancelRequested()).toEqual([]);
  });

  it('given a call that waits when it is canceled then nothing is to be hung up', async () => {
    const store = await onRedis.open();
    const before = await accepted(store);
    await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
    expect(await store.cancelRequested()).toEqual([]);
  });
});
