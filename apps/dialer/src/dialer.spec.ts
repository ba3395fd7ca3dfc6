import type { Pbx } from '@redial/asterisk';
import { type CallRequest, stepCall } from '@redial/call';
import { createLogger, createMetrics } from '@redial/platform';
import { fakePbx, fakeQueues, scriptableStore } from '@redial/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { aCall, attemptId, claimedElsewhere, configurationWith, job, monday9, talked } from '../testing/builders.ts';
import { type Dialer, startDialer } from './dialer.ts';

const running: Dialer[] = [];
/** Runs everything that needs no time to pass. */
const settled = () => vi.advanceTimersByTimeAsync(0);

/** A dialer between fakes. Time stands still unless a test advances it. */
async function aDialer(request: Partial<CallRequest> = {}, others: readonly Pbx[] = []) {
  const store = scriptableStore();
  const queues = fakeQueues();
  const pbx = fakePbx();
  const metrics = createMetrics({ process: 'test', runtime: false });
  const errors: unknown[] = [];
  const destination = { write: (line: string) => void errors.push(JSON.parse(line)) };
  store.put(aCall(request));
  const dialer = await startDialer({
    configuration: configurationWith(),
    pbxs: [pbx.port, ...others],
    store: store.port,
    queues: queues.queues,
    workers: queues.workers,
    clock: { now: Date.now },
    metrics,
    logger: createLogger({ process: 'test', level: 'error', destination }),
    concurrency: 5,
    instanceId: 'dialer-1',
  });
  running.push(dialer);
  const dial = async () => {
    const done = queues.run(job);
    await settled();
    expect(pbx.originated).toHaveLength(1);
    return { done };
  };
  const busy = () => {
    pbx.signal(attemptId, { type: 'originate_failed', at: Date.now(), reason: 5 });
    pbx.signal(attemptId, { type: 'dial1_ended', at: Date.now(), cause: 17 });
  };
  const cancel = () => store.change(job.callId, (call) => stepCall(call, { type: 'cancel', at: Date.now() }).call);
  return { store, queues, pbx, metrics, errors, dialer, dial, busy, cancel };
}

beforeEach(() => {
  vi.useFakeTimers({ now: monday9 });
});
afterEach(async () => {
  const drained = running.splice(0).map((dialer) => dialer.drain(0));
  await vi.runOnlyPendingTimersAsync();
  await Promise.all(drained);
  vi.useRealTimers();
});

describe('given an attempt that this dialer has originated', () => {
  it('when dial1 fails, then its result is queued with what was seen, and the job is done', async () => {
    const { queues, dial, busy } = await aDialer();
    const { done } = await dial();
    busy();
    expect(await done).toEqual({ type: 'done', note: 'dial1: ended' });
    expect(queues.results).toEqual([
      {
        callId: job.callId,
        attemptId,
        reportedBy: 'dialer',
        evidence: { originateFailed: { reason: 5, at: monday9 }, dial1Hangup: { cause: 17, at: monday9 } },
      },
    ]);
  });

  it('when both have talked, then the job was done at dial1’s answer, and the result comes at the end', async () => {
    const { queues, pbx, dial } = await aDialer();
    const { done } = await dial();
    pbx.signal(attemptId, { type: 'answered', at: Date.now() });
    expect(await done).toEqual({ type: 'done', note: 'dial1: answered' });
    expect(queues.results).toEqual([]);
    const entry = talked(monday9, monday9 + 5_000);
    pbx.signal(attemptId, { type: 'journal_ended', at: monday9 + 5_000, entry });
    expect(queues.results).toMatchObject([{ attemptId, evidence: { journalEnded: entry } }]);
  });

  it('when the queue rejects the result, then it is added again until the queue has it', async () => {
    const { queues, dial, busy } = await aDialer();
    const { done } = await dial();
    queues.rejectResults = 4;
    busy();
    await done;
    expect(queues.results).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(queues.results).toMatchObject([{ callId: job.callId, attemptId }]);
  });

  it('when its job comes again after a restart, then it is not originated, and its result is queued', async () => {
    const { store, queues, pbx } = await aDialer();
    store.claim(...claimedElsewhere(aCall()));
    pbx.finding = { type: 'channel_found', at: monday9, up: false };
    const done = queues.run(job);
    await settled();
    expect(pbx.reconciled).toEqual([attemptId]);
    pbx.signal(attemptId, { type: 'originate_failed', at: monday9 + 1_000, reason: 3 });
    pbx.signal(attemptId, { type: 'dial1_ended', at: monday9 + 1_000, cause: 19 });
    expect(await done).toMatchObject({ type: 'done' });
    expect(pbx.originated).toEqual([]);
    expect(queues.results).toMatchObject([{ callId: job.callId, attemptId, reportedBy: 'dialer' }]);
  });
});

describe('given a PBX port that throws', () => {
  it('when dial1 is to be hung up, then the log names the attempt, and masks the number', async () => {
    const { pbx, dial, cancel, store, errors } = await aDialer();
    await dial();
    Object.assign(pbx.port, { hangUp: () => Promise.reject(new Error('no such channel as PJSIP/27821234567')) });
    cancel();
    store.announceCancel('pbx-1', attemptId);
    await settled();
    const error = { message: 'no such channel as PJSIP/********567' };
    expect(errors).toMatchObject([{ level: 'error', attemptId, pbx: 'pbx-1', doing: 'hang_up', error }]);
  });
});

describe('given an attempt whose outcome a client waits for', () => {
  const progressOf = ({ store, pbx }: Awaited<ReturnType<typeof aDialer>>) => {
    pbx.signal(attemptId, { type: 'rang', at: monday9 + 1 });
    pbx.signal(attemptId, { type: 'answered', at: monday9 + 2 });
    pbx.signal(attemptId, { type: 'dial2_created', at: monday9 + 3, uniqueId: '1700000000.7' });
    return store.progress;
  };
  const reported = [
    { id: attemptId, phase: 'answered', at: monday9 + 2 },
    { id: attemptId, phase: 'dial2_created', at: monday9 + 3, uniqueId: '1700000000.7' },
  ];

  it('when dial1 answers and dial2 is dialled, then this dialer records both, whether or not a results process runs', async () => {
    const world = await aDialer({ outcomeAwaited: true });
    await world.dial();
    expect(progressOf(world)).toEqual(reported);
  });

  it('when its job comes again after a restart, then this dialer records both, too', async () => {
    const world = await aDialer({ outcomeAwaited: true });
    const [record, dialing] = claimedElsewhere(aCall({ outcomeAwaited: true }), { awaited: true });
    world.store.claim(record, dialing);
    world.pbx.finding = { type: 'channel_found', at: monday9, up: false };
    void world.queues.run(job);
    await settled();
    expect(progressOf(world)).toEqual(reported);
  });

  it('when Redis rejects the record, then the attempt continues', async () => {
    const world = await aDialer({ outcomeAwaited: true });
    const { done } = await world.dial();
    world.store.progressFails = true;
    expect(progressOf(world)).toEqual([]);
    expect(await done).toEqual({ type: 'done', note: 'dial1: answered' });
  });

  it('when no client waits, then this dialer records no progress', async () => {
    const world = await aDialer();
    await world.dial();
    expect(progressOf(world)).toEqual([]);
  });
});

describe('given a call that is canceled while its attempt is under way', () => {
  it('when the cancel is announced, then dial1 is hung up', async () => {
    const { store, pbx, dial, cancel } = await aDialer();
    await dial();
    cancel();
    store.announceCancel('pbx-1', attemptId);
    expect(pbx.hungUp).toEqual([attemptId]);
  });

  it('when it is announced between the claim and the Originate, then dial1 never rings, and the result states why', async () => {
    const { store, queues, pbx, cancel } = await aDialer();
    store.onClaimed.push(() => {
      cancel();
      store.announceCancel('pbx-1', attemptId);
    });
    expect(await queues.run(job)).toEqual({ type: 'done', note: 'not sent: canceled' });
    await settled();
    expect([pbx.originated, pbx.hungUp]).toEqual([[], []]);
    expect(queues.results).toMatchObject([
      { attemptId, evidence: { refused: { message: 'not sent: canceled' }, cancelRequestedAt: monday9 } },
    ]);
  });

  it('when the announcement is lost, then the records are read, and dial1 is hung up', async () => {
    const { pbx, dial, cancel } = await aDialer();
    await dial();
    cancel();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(pbx.hungUp).toContain(attemptId);
  });

  it('when announcements may have been missed while Redis was away, then the records are read at once', async () => {
    const { store, pbx, dial, cancel } = await aDialer();
    await dial();
    cancel();
    store.resubscribe();
    await settled();
    expect(pbx.hungUp).toEqual([attemptId]);
  });

  it('when the result comes, then it states that a cancel was requested', async () => {
    const { store, queues, pbx, dial } = await aDialer();
    const { done } = await dial();
    store.announceCancel('pbx-1', attemptId);
    pbx.signal(attemptId, { type: 'originate_failed', at: monday9 + 50, reason: 0 });
    pbx.signal(attemptId, { type: 'dial1_ended', at: monday9 + 50, cause: 0 });
    await done;
    expect(queues.results).toMatchObject([{ evidence: { cancelRequestedAt: monday9 } }]);
  });
});

describe('given a dialer that stops', () => {
  it('when dial1 rings, then it waits for the outcome before it disconnects from the PBX', async () => {
    const { queues, pbx, dialer, dial, busy } = await aDialer();
    await dial();
    expect([dialer.inFlight, pbx.isStarted]).toEqual([1, true]);
    const drained = dialer.drain(10_000);
    await settled();
    expect(queues.drained).toEqual([{ name: 'dial', graceMs: 10_000 }]);
    expect(pbx.isStarted).toBe(true);
    busy();
    await drained;
    expect(queues.results).toHaveLength(1);
    expect([dialer.inFlight, pbx.isStarted]).toEqual([0, false]);
  });

  it('when a job waits for its start, then the job is given back at once and nothing is originated', async () => {
    const { store, queues, pbx, dialer } = await aDialer();
    store.startsAfterMs = 4_000;
    const decision = queues.run(job);
    await settled();
    expect(store.held()).not.toEqual({});
    await dialer.drain(10_000);
    expect(await decision).toMatchObject({ type: 'later' });
    expect(pbx.originated).toEqual([]);
    expect(store.held()).toEqual({});
  });

  it('when it has stopped, then it receives no cancels and reports no link status', async () => {
    const { store, pbx, dialer } = await aDialer();
    await dialer.drain(0);
    const said = store.reports.length;
    store.announceCancel('pbx-1', attemptId);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(store.cancelListeners).toBe(0);
    expect(pbx.hungUp).toEqual([]);
    expect(store.reports).toHaveLength(said);
  });
});

describe('given a start that was granted for later', () => {
  it('when the start comes, and not before, then it is originated', async () => {
    const { store, queues, pbx } = await aDialer();
    store.startsAfterMs = 4_000;
    void queues.run(job);
    await vi.advanceTimersByTimeAsync(3_999);
    expect(pbx.originated).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(pbx.originated).toHaveLength(1);
  });
});

describe('given a PBX', () => {
  it('when its link changes, then every process can read whether a dialer is connected to it', async () => {
    const { store, pbx } = await aDialer();
    await settled();
    expect(store.reports.at(-1)).toMatchObject({ instanceId: 'dialer-1', up: true });
    pbx.down();
    await settled();
    expect(store.reports.at(-1)).toMatchObject({ pbx: 'pbx-1', process: 'dialer', up: false });
    pbx.up();
    await settled();
    expect(store.reports.at(-1)).toMatchObject({ up: true });
  });

  it('when its link and another one are lost while Redis is away, then the metrics show both', async () => {
    const other = fakePbx('pbx-2');
    const { store, pbx, metrics } = await aDialer({}, [other.port]);
    const links = async () => (await metrics.render()).body.match(/^redial_pbx_link_up\{.*\} \d$/gm);
    await settled();
    expect(await links()).toMatchObject([/ 1$/, / 1$/].map((up) => expect.stringMatching(up)));
    store.reportsFail = true;
    other.down();
    pbx.down();
    await settled();
    expect(await links()).toMatchObject([/ 0$/, / 0$/].map((down) => expect.stringMatching(down)));
  });

  it('when nothing changes, then the link status is reported again before it expires', async () => {
    const { store } = await aDialer();
    await vi.advanceTimersByTimeAsync(20_000);
    expect(store.reports.length).toBeGreaterThanOrEqual(4);
  });
});
