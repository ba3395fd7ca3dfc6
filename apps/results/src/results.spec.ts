import { fakePbx, fakeQueues, fakeSinks, scriptableStore } from '@redial/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  attemptId,
  busyAt,
  callId,
  canceled,
  configurationWith,
  inFlight,
  nextAttemptId,
  plannedCall,
  resultOf,
  silentLogger,
  startedAt,
  unseenMetrics,
} from '../testing/builders.ts';
import { type Results, startResults } from './results.ts';

const running: Results[] = [];
/** Runs everything that needs no time to pass. */
const settled = () => vi.advanceTimersByTimeAsync(0);

async function aResultsProcess(
  prepare: (store: ReturnType<typeof scriptableStore>) => void = (store) => store.put(...inFlight()),
) {
  const store = scriptableStore();
  const queues = fakeQueues();
  const sinks = fakeSinks({ inbox: 'redis-list', crm: 'webhook' });
  const pbx = fakePbx();
  const second = fakePbx('pbx-2');
  const metrics = unseenMetrics();
  prepare(store);
  const results = await startResults({
    configuration: configurationWith(),
    pbxs: [pbx.port, second.port],
    store: store.port,
    queues: queues.queues,
    workers: queues.workers,
    sinks: sinks.port,
    ids: { attemptId: () => nextAttemptId, callId: () => callId },
    clock: { now: Date.now },
    metrics,
    logger: silentLogger,
    concurrency: 5,
    sweepEveryMs: 10_000,
    instanceId: 'results-1',
  });
  running.push(results);
  await settled();
  return { store, queues, sinks, pbx, second, metrics, results };
}

beforeEach(() => {
  vi.useFakeTimers({ now: startedAt });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((results) => results.drain(0)));
  vi.useRealTimers();
});

describe('given a results process', () => {
  it('when a result comes, then it is settled, and its CDR goes out', async () => {
    const { store, queues, sinks } = await aResultsProcess();
    await queues.settle(resultOf(busyAt(startedAt)));
    expect(store.attempt(attemptId)?.ended).toMatchObject({ outcome: { disposition: 'busy' } });
    expect(sinks.tried).toMatchObject([{ sink: 'inbox', cdrId: attemptId }]);
    expect(queues.deliveries).toEqual([{ deliveryId: `${attemptId}.crm` }]);
  });

  it('when a webhook’s job comes, then the CDR is sent', async () => {
    const { queues, sinks } = await aResultsProcess();
    await queues.settle(resultOf(busyAt(startedAt)));
    expect(await queues.deliver({ deliveryId: `${attemptId}.crm` })).toEqual({ type: 'done' });
    expect(sinks.tried.map(({ sink }) => sink)).toEqual(['inbox', 'crm']);
  });

  it('when a PBX reports an end, then it is put into the results queue', async () => {
    const { queues, pbx } = await aResultsProcess();
    pbx.signal(attemptId, { type: 'originate_failed', at: startedAt, reason: 5 });
    pbx.signal(attemptId, { type: 'dial1_ended', at: startedAt, cause: 17 });
    await settled();
    expect(queues.results).toMatchObject([{ attemptId, reportedBy: 'results' }]);
  });

  it('when it starts, then it sweeps, and again after a while', async () => {
    const { store, queues } = await aResultsProcess((empty) => empty.put(plannedCall(2)));
    expect(queues.dial).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(queues.dial).toHaveLength(1);
    expect(store.forgotten.length).toBeGreaterThanOrEqual(2);
  });

  it('when a link changes, then every process can read whether a results process is connected to it', async () => {
    const { store, pbx } = await aResultsProcess();
    const last = () => store.reports.filter((report) => report.pbx === 'pbx-1').at(-1);
    expect(last()).toMatchObject({ instanceId: 'results-1', process: 'results', up: true });
    pbx.down();
    await settled();
    expect(last()).toMatchObject({ up: false });
  });

  it('when links are lost while Redis is away, then all of them are still measured', async () => {
    const { store, pbx, second, metrics } = await aResultsProcess();
    const links = async () => (await metrics.render()).body.match(/^redial_pbx_link_up\{.*\} \d$/gm);
    expect(await links()).toMatchObject([/ 1$/, / 1$/].map((up) => expect.stringMatching(up)));
    store.isAway = true;
    second.down();
    pbx.down();
    await settled();
    expect(await links()).toMatchObject([/ 0$/, / 0$/].map((down) => expect.stringMatching(down)));
  });

  it('when it stops, then it receives no more ends and cancels, and lets its jobs finish', async () => {
    const { store, queues, pbx, results } = await aResultsProcess();
    await results.drain(1_000);
    pbx.signal(attemptId, { type: 'dial1_ended', at: startedAt, cause: 17 });
    store.announceCancel('pbx-1', attemptId);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([queues.results, pbx.hungUp, pbx.isStarted]).toEqual([[], [], false]);
    expect(store.cancelListeners).toBe(0);
    expect(queues.drained.map(({ name }) => name).toSorted()).toEqual(['deliveries', 'results']);
  });
});

describe('given a Redis that takes a second to confirm a settlement', () => {
  const slowly = (store: ReturnType<typeof scriptableStore>) => {
    store.put(...inFlight());
    store.confirm = () => new Promise((resolve) => setTimeout(resolve, 1_000, true));
  };

  it('when a result comes, then settling ends before that, and its CDR goes out afterwards', async () => {
    const { queues, sinks } = await aResultsProcess(slowly);
    const settling = queues.settle(resultOf(busyAt(startedAt)));
    await vi.advanceTimersByTimeAsync(100);
    await settling;
    expect([queues.dial.length, sinks.tried, queues.deliveries]).toEqual([1, [], []]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect([sinks.tried.length, queues.deliveries.length]).toEqual([1, 1]);
  });

  it('when the process stops meanwhile, then its CDR goes out before it has stopped', async () => {
    const { queues, results } = await aResultsProcess(slowly);
    const settling = queues.settle(resultOf(busyAt(startedAt)));
    await vi.advanceTimersByTimeAsync(100);
    await settling;
    const stopped = vi.fn();
    const drained = results.drain(1_000).then(stopped);
    await vi.advanceTimersByTimeAsync(500);
    expect(stopped).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1_000);
    await drained;
    expect(queues.deliveries).toEqual([{ deliveryId: `${attemptId}.crm` }]);
  });
});

describe('given a call that is canceled, and a dialer that died', () => {
  it('when the cancel is announced, then the attempt is hung up', async () => {
    const { store, pbx } = await aResultsProcess();
    pbx.signal(attemptId, { type: 'rang', at: startedAt });
    await settled();
    store.announceCancel('pbx-1', attemptId);
    expect(pbx.hungUp).toEqual([attemptId]);
  });

  it('when the announcement is lost, then the record is read, and the attempt is hung up', async () => {
    const { store, pbx } = await aResultsProcess();
    pbx.signal(attemptId, { type: 'rang', at: startedAt });
    await settled();
    store.change(callId, (call) => canceled(call, startedAt));
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pbx.hungUp).toContain(attemptId);
  });

  it('when announcements may have been missed while Redis was away, then the record is read at once', async () => {
    const { store, pbx } = await aResultsProcess();
    pbx.signal(attemptId, { type: 'rang', at: startedAt });
    await settled();
    store.change(callId, (call) => canceled(call, startedAt));
    store.resubscribe();
    await settled();
    expect(pbx.hungUp).toEqual([attemptId]);
  });

  it('when it was requested before this process started, then the attempt is adopted and hung up', async () => {
    const [call, attempt] = inFlight();
    const { pbx } = await aResultsProcess((store) => store.put(canceled(call, startedAt), attempt));
    pbx.finding = { type: 'channel_found', at: startedAt, up: false };
    pbx.up();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(pbx.reconciled).toContain(attemptId);
    expect(pbx.hungUp).toContain(attemptId);
  });
});
