import { type CallId, stepCall } from '@redial/call';
import { connectRedis, redisReady } from '@redial/platform';
import { createStore, type Store } from '@redial/store';
import { describe, expect, it, vi } from 'vitest';
import { claimed, settlement } from './attempt-under-way.ts';
import { accepted, ids, noon, read, request, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();
const awaited = { request: { ...request, outcomeAwaited: true as const } };

/**
 * The hints from now on. `settled` resolves when all earlier hints have arrived: a cancel is announced after them, on
 * the same connections.
 */
async function listening(store: Store) {
  const hints: CallId[] = [];
  const cancels: string[] = [];
  await store.onCallChanged((callId) => hints.push(callId));
  await store.onCancel((_pbx, attemptId) => cancels.push(attemptId));
  const settled = async (): Promise<CallId[]> => {
    const mark = ids.attemptId();
    await store.announceCancel('mark', mark);
    await vi.waitFor(() => expect(cancels).toContain(mark), 20_000);
    return hints;
  };
  return { hints, settled };
}

describe('hints of a call with a waiting client', () => {
  it('given its attempt when it rings, is answered and dials dial2, then its answer and dial2 are announced, once each', async () => {
    const store = await onRedis.open();
    const { settled } = await listening(store);
    const { call, attempt } = await claimed(store, await accepted(store, awaited), { awaited: true });
    const { id } = attempt.value;
    await store.recordProgress(id, 'ringing', noon);
    expect(await settled()).toEqual([]);
    // The dialer and the results process both report the progress.
    for (const at of [noon + 1, noon + 2]) await store.recordProgress(id, 'answered', at);
    expect(await settled()).toEqual([call.value.id]);
    for (const uniqueId of ['1700000000.7', '1700000000.7'])
      await store.recordProgress(id, 'dial2_created', noon + 3, uniqueId);
    expect(await settled()).toEqual([call.value.id, call.value.id]);
    expect((await store.readAttempt(id))?.value).toMatchObject({ answeredAt: noon + 1, dial2UniqueId: '1700000000.7' });
  });

  it('given its attempt when it is settled, then that is announced, and the record can be read', async () => {
    const store = await onRedis.open();
    const under = await claimed(store, await accepted(store, awaited), { awaited: true });
    const seen: unknown[] = [];
    await store.onCallChanged(async (callId) => {
      seen.push((await store.readForAttempt(callId, under.attempt.value.id)).attempt?.value.ended?.reportedBy);
    });
    await store.settle(settlement(under));
    await vi.waitFor(() => expect(seen).toEqual(['test']), 20_000);
  });

  it('given a call that is not dialled when it ends, then that is announced', async () => {
    const store = await onRedis.open();
    const { settled } = await listening(store);
    const before = await accepted(store, awaited);
    await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
    expect(await settled()).toEqual([before.value.id]);
  });

  it('given a write that loses a race, then nothing is announced', async () => {
    const store = await onRedis.open();
    const under = await claimed(store, await accepted(store, awaited), { awaited: true });
    const { settled } = await listening(store);
    await store.settle({
      ...settlement(under),
      call: { ...settlement(under).call, before: { ...under.call, version: 1 } },
    });
    expect(await settled()).toEqual([]);
  });

  it('given progress that comes after the end when it is recorded, then nothing is announced', async () => {
    const store = await onRedis.open();
    const under = await claimed(store, await accepted(store, awaited), { awaited: true });
    await store.settle(settlement(under));
    const { settled } = await listening(store);
    await store.recordProgress(under.attempt.value.id, 'dial2_created', noon, '1700000000.7');
    expect(await settled()).toEqual([]);
  });

  it('given a Redis user that may not publish when it writes, then everything is still written', async () => {
    const { redis, server, prefix } = onRedis;
    await redis.call('ACL', 'SETUSER', 'mute', 'on', '>secret', '~*', '+@all', 'resetchannels');
    const connection = connectRedis({ url: server.url.replace('://', '://mute:secret@'), role: 'store' });
    await redisReady(connection, 10_000);
    const mute = createStore({ redis: connection, prefix });
    await expect(mute.announceCancel('main', ids.attemptId())).rejects.toThrow(/permission/i);
    const under = await claimed(mute, await accepted(mute, awaited), { awaited: true });
    await mute.recordProgress(under.attempt.value.id, 'answered', noon + 1);
    expect((await mute.readAttempt(under.attempt.value.id))?.value.answeredAt).toBe(noon + 1);
    const write = settlement(under);
    expect(await mute.settle(write)).toEqual({ ok: true, version: 3 });
    expect((await read(mute, under.call.value)).value).toEqual(write.call.after);
    await mute.close();
  });
});

describe('a call without a waiting client', () => {
  it('given its whole life, then nothing is announced and Redis gets no PUBLISH', async () => {
    const store = await onRedis.open();
    const { hints, settled } = await listening(store);
    const before = await published();
    const under = await claimed(store, await accepted(store));
    const { id } = under.attempt.value;
    await store.recordProgress(id, 'ringing', noon);
    await store.recordProgress(id, 'answered', noon);
    await store.settle(settlement(under));
    const other = await accepted(store);
    await store.updateCall(other, stepCall(other.value, { type: 'cancel', at: noon }).call);
    expect(await published()).toBe(before);
    await settled();
    expect(hints).toEqual([]);
  });

  async function published(): Promise<number> {
    const stats = await onRedis.redis.info('commandstats');
    return Number(/cmdstat_publish:calls=(\d+)/.exec(stats)?.[1] ?? 0);
  }
});

describe('a subscription to hints', () => {
  it('given listeners of both channels when the connection is lost, then both receive again, on one connection', async () => {
    const store = await onRedis.open();
    const [hints, again, cancelsAgain] = [vi.fn(), vi.fn(), vi.fn()];
    const stop = await store.onCallChanged(hints, again);
    await store.onCancel(() => undefined, cancelsAgain);
    expect([again.mock.calls.length, cancelsAgain.mock.calls.length]).toEqual([1, 1]);
    await onRedis.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => {
      expect(again).toHaveBeenCalledTimes(2);
      expect(cancelsAgain).toHaveBeenCalledTimes(2);
    }, 20_000);
    const clients = String(await onRedis.redis.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
      .trim()
      .split('\n');
    expect(clients).toHaveLength(1);
    expect(clients[0]).toContain('sub=2');

    const before = await accepted(store, awaited);
    await store.updateCall(before, stepCall(before.value, { type: 'cancel', at: noon }).call);
    await vi.waitFor(() => expect(hints).toHaveBeenCalledWith(before.value.id), 20_000);
    stop();
    const channels = await onRedis.redis.call('PUBSUB', 'CHANNELS', `${onRedis.prefix}*`);
    expect(channels).toEqual([`${onRedis.prefix}:cancel`]);
  });

  it('given a store without a subscriber connection when a listener is added, then it throws', async () => {
    const connection = connectRedis({ url: onRedis.server.url, role: 'store' });
    await redisReady(connection, 10_000);
    const deaf = createStore({ redis: connection, prefix: onRedis.prefix });
    await expect(deaf.onCallChanged(() => undefined)).rejects.toThrow(TypeError);
    await deaf.close();
  });
});
