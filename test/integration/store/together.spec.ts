import type { AttemptId } from '@redial/call';
import { describe, expect, it, vi } from 'vitest';
import { ids, useStoreOnRedis } from './store-on-redis.ts';

const onRedis = useStoreOnRedis();

describe('announcing a cancel', () => {
  it('given listeners in two processes when a cancel is announced then both receive it, until they stop', async () => {
    const [one, two] = [await onRedis.open(), await onRedis.open()];
    const [heardByOne, heardByTwo] = [vi.fn(), vi.fn()];
    await one.onCancel(heardByOne);
    const stopTwo = await two.onCancel(heardByTwo);
    const attemptId = ids.attemptId();
    await one.announceCancel('main', attemptId);
    await vi.waitFor(() => {
      expect(heardByOne).toHaveBeenCalledWith('main', attemptId);
      expect(heardByTwo).toHaveBeenCalledWith('main', attemptId);
    }, 20_000);

    stopTwo();
    const next = ids.attemptId();
    await two.announceCancel('main', next);
    await vi.waitFor(() => expect(heardByOne).toHaveBeenCalledWith('main', next), 20_000);
    expect(heardByTwo).toHaveBeenCalledTimes(1);
  });

  it('given two listeners of one store when one stops then the other still receives', async () => {
    const store = await onRedis.open();
    const heard: AttemptId[] = [];
    const listener = (_: string, attemptId: AttemptId): void => void heard.push(attemptId);
    const stop = await store.onCancel(listener);
    await store.onCancel(listener);
    stop();
    const attemptId = ids.attemptId();
    await store.announceCancel('main', attemptId);
    await vi.waitFor(() => expect(heard).toEqual([attemptId]), 20_000);
  });
});

describe('a subscription to cancels', () => {
  it('given a listener when it listens, and when its connection was lost and it listens again, then it is notified each time', async () => {
    const store = await onRedis.open();
    const [heard, subscribed] = [vi.fn(), vi.fn()];
    await store.onCancel(heard, subscribed);
    expect(subscribed).toHaveBeenCalledTimes(1);
    await onRedis.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(subscribed).toHaveBeenCalledTimes(2), 20_000);
    // It is subscribed when it is notified: one announcement is enough.
    const attemptId = ids.attemptId();
    await store.announceCancel('main', attemptId);
    await vi.waitFor(() => expect(heard).toHaveBeenCalledWith('main', attemptId), 20_000);
  });

  it('given a listener that has stopped when the connection comes back then it is not notified', async () => {
    const store = await onRedis.open();
    const [stopped, staying] = [vi.fn(), vi.fn()];
    const stop = await store.onCancel(() => undefined, stopped);
    await store.onCancel(() => undefined, staying);
    stop();
    await onRedis.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await vi.waitFor(() => expect(staying).toHaveBeenCalledTimes(2), 20_000);
    expect(stopped).toHaveBeenCalledTimes(1);
  });
});

describe('leading', () => {
  it('given 20 candidates when they try to lead then one leads, and only it may continue', async () => {
    const store = await onRedis.open();
    const holders = Array.from({ length: 20 }, (_, i) => `process-${i}`);
    const leads = await Promise.all(holders.map((instanceId) => store.acquireLease('sweeper', instanceId, 60_000)));
    expect(leads.filter(Boolean)).toHaveLength(1);
    expect(await Promise.all(holders.map((instanceId) => store.acquireLease('sweeper', instanceId, 60_000)))).toEqual(
      leads,
    );
    expect(await store.acquireLease('other', 'process-x', 60_000)).toBe(true);
  });

  it('given a leader that is gone when its lease runs out then another leads', async () => {
    const store = await onRedis.open();
    expect(await store.acquireLease('sweeper', 'a', 200)).toBe(true);
    await vi.waitFor(async () => expect(await store.acquireLease('sweeper', 'b', 60_000)).toBe(true), 20_000);
    expect(await store.acquireLease('sweeper', 'a', 60_000)).toBe(false);
  });

  it('given a leader that resigns when another tries then that one leads at once, and resigning without leading has no effect', async () => {
    const store = await onRedis.open();
    expect(await store.acquireLease('sweeper', 'a', 60_000)).toBe(true);
    await store.releaseLease('sweeper', 'b');
    expect(await store.acquireLease('sweeper', 'b', 60_000)).toBe(false);
    await store.releaseLease('sweeper', 'a');
    expect(await store.acquireLease('sweeper', 'b', 60_000)).toBe(true);
    await store.releaseLease('sweeper', 'a');
    expect(await store.acquireLease('sweeper', 'c', 60_000)).toBe(false);
  });
});

describe('the reports of processes about their PBXs', () => {
  it('given a process that fell silent when the reports are read then only the others are returned, and its report is removed', async () => {
    const store = await onRedis.open();
    const report = { pbx: 'main', process: 'dialer', up: true, at: Date.now() } as const;
    await store.reportLinkStatus('dead', { ...report, at: report.at - 60_000 });
    await store.reportLinkStatus('living', report);
    expect(await store.linkStatuses(report.at)).toEqual([report]);
    expect(await onRedis.redis.hkeys(`${onRedis.prefix}:link-statuses`)).toEqual(['main dialer living']);
  });
});
