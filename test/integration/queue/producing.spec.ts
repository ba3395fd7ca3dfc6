import { closeRedis, connectRedis, redisReady } from '@redial/platform';
import type { DialOrder } from '@redial/queue';
import { describe, expect, it } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { ids, jobOf, later, order, useQueuesOnRedis } from './queues-on-redis.ts';

const onRedis = useQueuesOnRedis();

describe('dial jobs', () => {
  it('given orders when they are added then each is a job of its attempt’s id, and holds only ids and a masked number', async () => {
    const queues = await onRedis.queues();
    const [now, delayed] = [order({ priority: 3 }), order({ dueAt: later() })];
    await queues.dial.add([now, delayed]);
    const dashboard = onRedis.dashboard('dial');
    expect((await dashboard.getJob(now.attemptId))?.data).toEqual(jobOf(now));
    expect(await dashboard.getJobState(now.attemptId)).toBe('prioritized');
    expect(await dashboard.getJobState(delayed.attemptId)).toBe('delayed');
    expect((await dashboard.getJob(delayed.attemptId))?.name).toBe('dial');
    expect((await jobCounts(queues)).dial).toEqual({ waiting: 1, active: 0, delayed: 1, failed: 0 });
  });

  it('given a job that is there when it is added again then it stays unchanged', async () => {
    const queues = await onRedis.queues();
    const first = order({ dueAt: later() });
    await queues.dial.add([first]);
    await queues.dial.add([{ ...first, dueAt: Date.now() }, order()]);
    expect((await jobCounts(queues)).dial).toMatchObject({ waiting: 1, delayed: 1 });
  });

  it('given an order that would show a complete number when it is added then it is refused', async () => {
    const queues = await onRedis.queues();
    await expect(queues.dial.add([order(), order({ maskedDial2: '27820001234' })])).rejects.toThrow(/masked/);
    expect((await jobCounts(queues)).dial.waiting).toBe(0);
  });

  it('given 2,500 orders when they are added then all are there', async () => {
    const queues = await onRedis.queues();
    await queues.dial.add(Array.from({ length: 2_500 }, () => order({ dueAt: later() })));
    expect((await jobCounts(queues)).dial.delayed).toBe(2_500);
  });
});

it('given paused queues then they are named, until they run again', async () => {
  const queues = await onRedis.queues();
  expect(await queues.paused()).toEqual([]);
  await onRedis.dashboard('dial').pause();
  await onRedis.dashboard('deliveries').pause();
  expect(await queues.paused()).toEqual(['dial', 'deliveries']);
  await onRedis.dashboard('dial').resume();
  expect(await queues.paused()).toEqual(['deliveries']);
});

describe('moving a dial job', () => {
  const wakesAt = async (one: DialOrder): Promise<number> => {
    const job = await onRedis.dashboard('dial').getJob(one.attemptId);
    return (job?.timestamp ?? 0) + (job?.delay ?? 0);
  };

  it('given a sleeping job when it is moved then it sleeps until its new time', async () => {
    const queues = await onRedis.queues();
    const one = order({ dueAt: later() });
    await queues.dial.add([one]);
    const dueAt = later() + 3_600_000;
    await queues.dial.move({ ...one, dueAt });
    expect(Math.abs((await wakesAt(one)) - dueAt)).toBeLessThan(60_000);
    expect((await jobCounts(queues)).dial).toMatchObject({ delayed: 1, waiting: 0 });
  });

  it('given a waiting job when it is moved to later then it sleeps', async () => {
    const queues = await onRedis.queues();
    for (const priority of [0, 5]) {
      const one = order({ priority });
      await queues.dial.add([one]);
      await queues.dial.move({ ...one, dueAt: later() });
      expect(await onRedis.dashboard('dial').getJobState(one.attemptId)).toBe('delayed');
    }
  });

  it('given a job that the queue has lost when it is moved then it is there', async () => {
    const queues = await onRedis.queues();
    const one = order({ dueAt: later() });
    await queues.dial.move(one);
    expect(await onRedis.dashboard('dial').getJobState(one.attemptId)).toBe('delayed');
  });

  it('given a removed job then it is gone, and removing it again does nothing', async () => {
    const queues = await onRedis.queues();
    const one = order({ dueAt: later() });
    await queues.dial.add([one]);
    await queues.dial.remove(one.attemptId);
    await queues.dial.remove(one.attemptId);
    expect(await onRedis.dashboard('dial').getJobState(one.attemptId)).toBe('unknown');
  });
});

describe('restoring a dial job', () => {
  it('given no job when it is restored then it is added', async () => {
    const queues = await onRedis.queues();
    const one = order();
    expect(await queues.dial.restore(one)).toBe(true);
    expect(await queues.dial.restore(one)).toBe(false);
    expect((await jobCounts(queues)).dial.waiting).toBe(1);
  });

  it('given no job when 20 sweepers restore it then there is one', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await Promise.all(Array.from({ length: 20 }, () => queues.dial.restore(one)));
    expect((await jobCounts(queues)).dial.waiting).toBe(1);
  });

  it('given a job that sleeps a little when it is restored then it stays unchanged: a gate or a full limit sent it to sleep', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([{ ...one, dueAt: Date.now() + 5_000 }]);
    expect(await queues.dial.restore(one)).toBe(false);
    expect((await jobCounts(queues)).dial.delayed).toBe(1);
  });

  it('given a job that sleeps for hours though its attempt is due when it is restored then it wakes: a move was lost', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([{ ...one, dueAt: later() }]);
    expect(await queues.dial.restore(one)).toBe(true);
    const job = await onRedis.dashboard('dial').getJob(one.attemptId);
    expect(job?.delay).toBe(0);
  });

  it('given a sleeping job when BullMQ’s own set of sleeping jobs is read then the upper bits of its score are its wake time', async () => {
    const queues = await onRedis.queues();
    const one = order({ dueAt: later() });
    await queues.dial.add([one]);
    const redis = connectRedis({ url: onRedis.server.url, role: 'store' });
    await redisReady(redis, 10_000);
    const score = await redis.zscore(`${onRedis.prefix}:dial:delayed`, one.attemptId);
    await closeRedis(redis);
    expect(Math.abs(Number(score) / 0x1000 - one.dueAt)).toBeLessThan(5_000);
  });

  it('given a job that sleeps until its attempt is due when it is restored then it stays unchanged', async () => {
    const queues = await onRedis.queues();
    const one = order({ dueAt: later() });
    await queues.dial.add([one]);
    expect(await queues.dial.restore(one)).toBe(false);
  });
});

describe('results and deliveries', () => {
  it('given several observers when each adds a result then there is one job', async () => {
    const queues = await onRedis.queues();
    const callId = ids.callId();
    const attemptId = ids.attemptId(callId);
    await Promise.all(
      ['dialer', 'listener', 'sweeper'].map((reportedBy) =>
        queues.results.add({ callId, attemptId, reportedBy, evidence: {} }),
      ),
    );
    expect((await jobCounts(queues)).results.waiting).toBe(1);
  });

  it('given a delivery when it is added and restored then there is one job', async () => {
    const queues = await onRedis.queues();
    const deliveryId = `${ids.attemptId(ids.callId())}.crm`;
    await queues.deliveries.add({ deliveryId });
    expect(await queues.deliveries.restore({ deliveryId })).toBe(false);
    expect((await jobCounts(queues)).deliveries.waiting).toBe(1);
  });
});
