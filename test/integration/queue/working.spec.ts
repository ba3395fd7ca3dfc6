import { fork } from 'node:child_process';
import { once } from 'node:events';
import type { DeliveryDecision, DialDecision, DialJob, ResultsJob } from '@redial/queue';
import { describe, expect, it, vi } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { eventually, ids, jobOf, later, order, useQueuesOnRedis } from './queues-on-redis.ts';

const onRedis = useQueuesOnRedis();

/** A handler that the test watches and whose decisions it sets. */
function dialHandler(say: (job: DialJob, run: number) => DialDecision | Promise<DialDecision> = () => done) {
  let runs = 0;
  return vi.fn((job: DialJob) => Promise.resolve(say(job, ++runs)));
}

const done: DialDecision = { type: 'done', note: 'dialled' };

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((r) => {
    resolve = r;
  });
  return { promise, resolve };
}

describe('a dial worker', () => {
  it('given due and sleeping jobs when it runs then it gets the due ones', async () => {
    const queues = await onRedis.queues();
    const [due, sleeping] = [order(), order({ dueAt: later() })];
    await queues.dial.add([due, sleeping]);
    const handle = dialHandler();
    onRedis.running((await onRedis.workers()).dial(5, handle));
    await eventually(async () => expect(await onRedis.dashboard('dial').getJobState(due.attemptId)).toBe('completed'));
    expect(handle.mock.calls).toEqual([[jobOf(due)]]);
    expect((await onRedis.dashboard('dial').getJob(due.attemptId))?.returnvalue).toBe('dialled');
  });

  it('given jobs of several priorities when they wait then the most urgent runs first, and within one priority the first due', async () => {
    const queues = await onRedis.queues();
    const orders = [order({ priority: 9 }), order({ priority: 1 }), order({ priority: 0 }), order({ priority: 1 })];
    for (const one of orders) await queues.dial.add([one]);
    const handle = dialHandler();
    onRedis.running((await onRedis.workers()).dial(1, handle));
    await eventually(() => expect(handle).toHaveBeenCalledTimes(4));
    const expected = [orders[2], orders[1], orders[3], orders[0]].map((one) => one?.attemptId);
    expect(handle.mock.calls.map(([job]) => job.attemptId)).toEqual(expected);
  });

  it('given a handler that returns later when that time comes then it is called again, and no attempt of BullMQ’s is used up', async () => {
    const queues = await onRedis.queues();
    const one = order({ priority: 4 });
    await queues.dial.add([one]);
    const handle = dialHandler((_, run) =>
      run < 3 ? { type: 'later', at: Date.now() + 20, note: 'limit full' } : done,
    );
    onRedis.running((await onRedis.workers()).dial(5, handle));
    const dashboard = onRedis.dashboard('dial');
    await eventually(async () => expect(await dashboard.getJobState(one.attemptId)).toBe('completed'));
    expect(handle).toHaveBeenCalledTimes(3);
    expect((await dashboard.getJob(one.attemptId))?.progress).toBe('limit full');
  });

  it('given a sleeping job when it is promoted early then the handler is called, and can send it back to sleep', async () => {
    const queues = await onRedis.queues();
    const one = order({ dueAt: later() });
    await queues.dial.add([one]);
    const handle = dialHandler(() => ({ type: 'later', at: one.dueAt, note: 'not due yet' }));
    onRedis.running((await onRedis.workers()).dial(5, handle));
    const dashboard = onRedis.dashboard('dial');
    const job = await dashboard.getJob(one.attemptId);
    await job?.promote();
    await eventually(async () => {
      expect(handle).toHaveBeenCalledTimes(1);
      expect(await dashboard.getJobState(one.attemptId)).toBe('delayed');
    });
  });

  it('given a completed job when it is retried then the handler is called again: the handler, not the queue, knows what was dialled', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([one]);
    const handle = dialHandler();
    onRedis.running((await onRedis.workers()).dial(5, handle));
    const dashboard = onRedis.dashboard('dial');
    await eventually(async () => expect(await dashboard.getJobState(one.attemptId)).toBe('completed'));
    await (await dashboard.getJob(one.attemptId))?.retry('completed');
    await eventually(() => expect(handle).toHaveBeenCalledTimes(2));
    expect(handle.mock.calls[1]).toEqual([jobOf(one)]);
  });

  it('given a job with edited data when it is due then the handler never sees it, and the dashboard states why', async () => {
    const queues = await onRedis.queues();
    const [one, other] = [order({ dueAt: later() }), order({ dueAt: later() })];
    await queues.dial.add([one, other]);
    const dashboard = onRedis.dashboard('dial');
    const [first, second] = [await dashboard.getJob(one.attemptId), await dashboard.getJob(other.attemptId)];
    await first?.updateData({ ...jobOf(one), callId: 'PJSIP/27820001234@carrier' });
    await second?.updateData(jobOf(one));
    await first?.promote();
    await second?.promote();
    const [handle, onError] = [dialHandler(), vi.fn()];
    onRedis.running((await onRedis.workers({ onError })).dial(5, handle));
    await eventually(async () => expect((await jobCounts(queues)).dial.failed).toBe(2));
    expect(handle).not.toHaveBeenCalled();
    expect((await dashboard.getJob(one.attemptId))?.failedReason).toMatch(/^refused: the job's data was changed/);
    expect((await dashboard.getJob(other.attemptId))?.failedReason).toMatch(/^refused: .*does not belong/);
    expect(onError).toHaveBeenCalledTimes(2);
    expect(onError.mock.calls[0]?.[1]).toEqual({ queue: 'dial', jobId: expect.stringMatching(/^att_/) });
  });

  it('given a job with an added field when it is due then the handler sees the other fields', async () => {
    const queues = await onRedis.queues();
    const one = order({ dueAt: later() });
    await queues.dial.add([one]);
    const job = await onRedis.dashboard('dial').getJob(one.attemptId);
    await job?.updateData({ ...jobOf(one), dial1Channel: 'PJSIP/27820001234@carrier' });
    await job?.promote();
    const handle = dialHandler();
    onRedis.running((await onRedis.workers()).dial(5, handle));
    await eventually(() => expect(handle).toHaveBeenCalledTimes(1));
    expect(handle.mock.calls[0]).toEqual([jobOf(one)]);
  });

  it('given a handler that throws when the sweeper restores the job then it is run again; meanwhile no number is shown', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([one]);
    const onError = vi.fn();
    const handle = dialHandler((_, run) => {
      if (run === 1) throw new Error('cannot dial 27820001234');
      return done;
    });
    onRedis.running((await onRedis.workers({ onError })).dial(5, handle));
    const dashboard = onRedis.dashboard('dial');
    await eventually(async () => expect(await dashboard.getJobState(one.attemptId)).toBe('failed'));
    const failed = await dashboard.getJob(one.attemptId);
    expect(failed?.failedReason).toBe('cannot dial ********234');
    expect(JSON.stringify(failed?.stacktrace)).not.toContain('27820001234');
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'cannot dial 27820001234' }), {
      queue: 'dial',
      jobId: one.attemptId,
    });
    expect(await queues.dial.restore(one)).toBe(true);
    await eventually(async () => expect(await dashboard.getJobState(one.attemptId)).toBe('completed'));
  });

  it('given a job under way when it is moved, removed or restored then it stays with its handler', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([one]);
    const finish = deferred();
    const handle = dialHandler(async () => {
      await finish.promise;
      return done;
    });
    onRedis.running((await onRedis.workers()).dial(5, handle));
    await eventually(() => expect(handle).toHaveBeenCalled());
    await queues.dial.move({ ...one, dueAt: later() });
    await queues.dial.remove(one.attemptId);
    expect(await queues.dial.restore(one)).toBe(false);
    expect((await jobCounts(queues)).dial).toEqual({ waiting: 0, active: 1, delayed: 0, failed: 0 });
    finish.resolve();
    await eventually(async () => expect(await onRedis.dashboard('dial').getJobState(one.attemptId)).toBe('completed'));
  });

  it('given a job that is kept as done when it is moved then it is added anew', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([one]);
    onRedis.running((await onRedis.workers()).dial(5, dialHandler()));
    const dashboard = onRedis.dashboard('dial');
    await eventually(async () => expect(await dashboard.getJobState(one.attemptId)).toBe('completed'));
    await queues.dial.move({ ...one, dueAt: later() });
    expect(await dashboard.getJobState(one.attemptId)).toBe('delayed');
  });
});

describe('draining', () => {
  it('given jobs under way when the worker drains then they end, and no other job begins', async () => {
    const queues = await onRedis.queues();
    await queues.dial.add([order(), order()]);
    const finish = deferred();
    const handle = dialHandler(async () => {
      await finish.promise;
      return done;
    });
    const worker = (await onRedis.workers()).dial(1, handle);
    await eventually(() => expect(worker.active).toBe(1));
    const drained = worker.drain(30_000);
    finish.resolve();
    await drained;
    expect(worker.active).toBe(0);
    expect(handle).toHaveBeenCalledTimes(1);
    expect((await jobCounts(queues)).dial).toMatchObject({ waiting: 1, active: 0 });
  });

  it('given a job that does not end in time when the worker drains then it is dropped, and another worker runs it', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([one]);
    const never = deferred();
    const quick = { lockDurationMs: 300, stalledIntervalMs: 100 };
    const first = (await onRedis.workers(quick)).dial(1, async () => {
      await never.promise;
      return done;
    });
    await eventually(() => expect(first.active).toBe(1));
    await first.drain(50);
    const handle = dialHandler();
    onRedis.running((await onRedis.workers(quick)).dial(1, handle));
    await eventually(() => expect(handle).toHaveBeenCalledWith(jobOf(one)));
    never.resolve();
  });
});

describe('a killed worker', () => {
  it('given a job under way when its process is killed then another runs it', async () => {
    const queues = await onRedis.queues();
    const one = order();
    await queues.dial.add([one]);
    const child = fork(new URL('./hanging-worker.ts', import.meta.url), [onRedis.server.url, onRedis.prefix], {
      execArgv: ['--conditions=source'],
    });
    expect(await once(child, 'message')).toEqual([one.attemptId, undefined]);
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;

    const handle = dialHandler();
    onRedis.running((await onRedis.workers({ lockDurationMs: 300, stalledIntervalMs: 100 })).dial(1, handle));
    await eventually(() => expect(handle).toHaveBeenCalledWith(jobOf(one)));
    await eventually(async () => expect(await onRedis.dashboard('dial').getJobState(one.attemptId)).toBe('completed'));
  });
});

describe('a results worker', () => {
  const result = (): ResultsJob => ({
    callId: ids.callId(),
    attemptId: ids.attemptId(ids.callId()),
    reportedBy: 'dialer',
    evidence: { rangAt: 5 },
  });

  it('given a handler that throws when it works again then it gets the result again', async () => {
    const queues = await onRedis.queues();
    const one = result();
    await queues.results.add(one);
    const [handle, onError] = [vi.fn<(job: ResultsJob) => Promise<void>>(), vi.fn()];
    handle.mockRejectedValueOnce(new Error('Redis is away')).mockResolvedValue();
    onRedis.running((await onRedis.workers({ onError })).results(5, handle));
    await eventually(async () => expect(await onRedis.dashboard('results').getJobState(one.attemptId)).toBe('unknown'));
    expect(handle.mock.calls).toEqual([[one], [one]]);
    expect(onError).toHaveBeenCalledTimes(1);
  });

  it('given a result that waits when a second observer comes then it runs once, with the first report', async () => {
    const queues = await onRedis.queues();
    const one = result();
    await queues.results.add(one);
    await queues.results.add({ ...one, reportedBy: 'results' });
    const next = result();
    await queues.results.add(next);
    const handle = vi.fn<(job: ResultsJob) => Promise<void>>().mockResolvedValue();
    onRedis.running((await onRedis.workers()).results(1, handle));
    await eventually(() => expect(handle.mock.calls).toEqual([[one], [next]]));
  });

  it('given a result that is done when a later observer comes then that one runs: Redis may have lost the claim of the first', async () => {
    const queues = await onRedis.queues();
    const one = result();
    await queues.results.add(one);
    const handle = vi.fn<(job: ResultsJob) => Promise<void>>().mockResolvedValue();
    onRedis.running((await onRedis.workers()).results(1, handle));
    await eventually(async () => expect(await onRedis.dashboard('results').getJobState(one.attemptId)).toBe('unknown'));
    const later = { ...one, reportedBy: 'results' };
    await queues.results.add(later);
    await eventually(() => expect(handle.mock.calls).toEqual([[one], [later]]));
  });

  it('given a result that was refused when another observer comes then that one runs', async () => {
    const queues = await onRedis.queues();
    const one = result();
    await queues.results.add(one);
    const dashboard = onRedis.dashboard('results');
    await (await dashboard.getJob(one.attemptId))?.updateData({ ...one, evidence: { rangAt: 'yesterday' } });
    const handle = vi.fn<(job: ResultsJob) => Promise<void>>().mockResolvedValue();
    onRedis.running((await onRedis.workers()).results(1, handle));
    await eventually(async () => expect(await dashboard.getJobState(one.attemptId)).toBe('failed'));
    expect(handle).not.toHaveBeenCalled();
    await queues.results.add(one);
    await eventually(() => expect(handle).toHaveBeenCalledWith(one));
  });
});

describe('a deliveries worker', () => {
  it('given a sink that refuses when the handler returns again then it is tried again, and finally dead', async () => {
    const queues = await onRedis.queues();
    const deliveryId = `${ids.attemptId(ids.callId())}.crm`;
    await queues.deliveries.add({ deliveryId });
    const onError = vi.fn();
    const again: DeliveryDecision = { type: 'again', afterMs: 10, error: 'status 503' };
    const handle = vi.fn<(job: unknown) => Promise<DeliveryDecision>>();
    handle.mockResolvedValueOnce(again).mockResolvedValueOnce(again);
    handle.mockResolvedValue({ type: 'dead', error: 'status 410' });
    onRedis.running((await onRedis.workers({ onError })).deliveries(5, handle));
    const dashboard = onRedis.dashboard('deliveries');
    await eventually(async () => expect(await dashboard.getJobState(deliveryId)).toBe('failed'));
    expect(handle.mock.calls).toEqual([1, 2, 3].map(() => [{ deliveryId }]));
    expect((await dashboard.getJob(deliveryId))?.failedReason).toBe('status 410');
    expect(onError).not.toHaveBeenCalled();
  });

  it('given a dead delivery when it is restored then it is tried again', async () => {
    const queues = await onRedis.queues();
    const deliveryId = `${ids.attemptId(ids.callId())}.crm`;
    await queues.deliveries.add({ deliveryId });
    const handle = vi.fn<() => Promise<DeliveryDecision>>();
    handle.mockResolvedValueOnce({ type: 'dead', error: 'status 410' }).mockResolvedValue({ type: 'done' });
    onRedis.running((await onRedis.workers()).deliveries(5, handle));
    const dashboard = onRedis.dashboard('deliveries');
    await eventually(async () => expect(await dashboard.getJobState(deliveryId)).toBe('failed'));
    expect(await queues.deliveries.restore({ deliveryId })).toBe(true);
    await eventually(async () => expect(await dashboard.getJobState(deliveryId)).toBe('completed'));
    expect(await queues.deliveries.restore({ deliveryId })).toBe(true);
  });
});
