import { stepCall } from '@redial/call';
import { createLogger } from '@redial/platform';
import { fakePbx, fakeQueues, scriptableStore } from '@redial/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  attemptId,
  attemptIdOf,
  busyAt,
  callId,
  inFlight,
  plannedCall,
  startedAt,
  talked,
  unseenMetrics,
} from '../testing/builders.ts';
import { type Observer, startObserver } from './observer.ts';

const running: Observer[] = [];
/** Runs everything that needs no time to pass. */
const settled = () => vi.advanceTimersByTimeAsync(0);

function aObserver() {
  const store = scriptableStore();
  const queues = fakeQueues();
  const pbx = fakePbx();
  const errors: unknown[] = [];
  const destination = { write: (line: string) => void errors.push(JSON.parse(line)) };
  const observer = startObserver({
    pbx: pbx.port,
    store: store.port,
    queues: queues.queues,
    clock: { now: Date.now },
    metrics: unseenMetrics(),
    logger: createLogger({ process: 'test', level: 'error', destination }),
  });
  running.push(observer);
  const busy = (id = attemptId) => {
    pbx.signal(id, { type: 'originate_failed', at: Date.now(), reason: 5 });
    pbx.signal(id, { type: 'dial1_ended', at: Date.now(), cause: 17 });
  };
  return { store, queues, pbx, observer, busy, errors };
}

beforeEach(() => {
  vi.useFakeTimers({ now: startedAt });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((observer) => observer.stop()));
  vi.useRealTimers();
});

describe('given an attempt that a dialer originates', () => {
  it('when its events come, then its end is put into the results queue, without a reconciliation', async () => {
    const { store, queues, pbx, busy } = aObserver();
    store.put(...inFlight());
    pbx.signal(attemptId, { type: 'rang', at: Date.now() });
    busy();
    await settled();
    const evidence = { rangAt: startedAt, ...busyAt(startedAt) };
    expect(queues.results).toEqual([{ callId, attemptId, reportedBy: 'results', evidence }]);
    expect(pbx.reconciled).toEqual([]);
  });

  it('when it progresses, then its record shows how far it is', async () => {
    const { store, pbx } = aObserver();
    store.put(...inFlight());
    pbx.signal(attemptId, { type: 'rang', at: startedAt });
    await settled();
    pbx.signal(attemptId, { type: 'answered', at: startedAt + 1_000 });
    await settled();
    pbx.signal(attemptId, { type: 'dial2_created', at: startedAt + 1_010, uniqueId: '1700000000.7' });
    await settled();
    expect(store.progress).toEqual([
      { id: attemptId, phase: 'ringing', at: startedAt },
      { id: attemptId, phase: 'answered', at: startedAt + 1_000 },
      { id: attemptId, phase: 'dial2_created', at: startedAt + 1_010, uniqueId: '1700000000.7' },
    ]);
  });

  it('when Redis is away for a while at its end, then the result is put into the results queue afterwards', async () => {
    const { store, queues, pbx } = aObserver();
    store.put(...inFlight());
    pbx.signal(attemptId, { type: 'answered', at: startedAt });
    await settled();
    store.isAway = true;
    queues.rejectResults = 4;
    const entry = talked(startedAt, startedAt + 5_000);
    pbx.signal(attemptId, { type: 'journal_ended', at: startedAt + 5_000, entry });
    await settled();
    expect(queues.results).toEqual([]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(queues.results).toMatchObject([{ callId, attemptId, evidence: { journalEnded: entry } }]);
  });

  it('when Redis is away for longer than it could ring, then a reconciliation, which knows less, does not overtake what was seen', async () => {
    const { store, queues, pbx, observer, busy } = aObserver();
    store.put(...inFlight());
    pbx.signal(attemptId, { type: 'rang', at: startedAt });
    await settled();
    queues.rejectResults = 45;
    busy();
    await vi.advanceTimersByTimeAsync(40_000);
    pbx.finding = { type: 'missing', at: startedAt + 40_000, pbxRestarted: false };
    expect(await observer.adoptOpen(15_000)).toBe(0);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(queues.results).toMatchObject([{ attemptId, evidence: busyAt(startedAt) }]);
    expect(pbx.reconciled).toEqual([]);
  });

  it('when its record cannot be read at its first event, then the log states it, and the next event reads it again', async () => {
    const { store, queues, pbx, busy, errors } = aObserver();
    store.put(...inFlight());
    store.isAway = true;
    pbx.signal(attemptId, { type: 'rang', at: Date.now() });
    await settled();
    expect(errors).toMatchObject([{ attemptId, pbx: 'pbx-1', doing: 'adopt', error: { message: 'Redis is gone' } }]);
    store.isAway = false;
    busy();
    await settled();
    expect(queues.results).toMatchObject([{ attemptId, evidence: busyAt(startedAt) }]);
  });

  it.each([
    {
      what: 'it was settled',
      prepare: ({ store }: ReturnType<typeof aObserver>) => {
        const [call, attempt] = inFlight();
        const outcome = { disposition: 'busy' } as never;
        store.put(call, { ...attempt, ended: { outcome, evidence: {}, settledAt: startedAt, reportedBy: 'dialer' } });
      },
    },
    { what: 'no known process has it', prepare: () => undefined },
  ])('when $what, then its late events add nothing', async ({ prepare }) => {
    const world = aObserver();
    prepare(world);
    world.busy();
    await settled();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.queues.results).toEqual([]);
    expect(world.observer.watching).toBe(0);
  });
});

describe('given an attempt whose dial1 has ended while dial2 goes on', () => {
  async function aLegThatEnds(prepare: (world: ReturnType<typeof aObserver>) => void = () => undefined) {
    const world = aObserver();
    const [call, attempt] = inFlight();
    const legLimits = { dial1: ['extension.acme.1001'], dial2: ['trunk.carrier', 'number.abc'] };
    const waits = stepCall(plannedCall(2), {
      type: 'defer',
      attemptId: attemptIdOf(2),
      at: startedAt,
      until: startedAt + 30_000,
      gate: 'extension',
      reason: 'busy',
      late: true,
    }).call;
    world.store.put(call, { ...attempt, limits: [...attempt.limits, 'extension.acme.1001', 'number.abc'], legLimits });
    world.store.put(waits);
    for (const limit of ['extension.acme.1001', 'number.abc']) world.store.wait(limit, waits.id);
    prepare(world);
    world.pbx.finding = { type: 'dial2_found', at: startedAt };
    world.pbx.signal(attemptId, { type: 'answered', at: startedAt });
    const entry = { ...talked(startedAt, startedAt), dial2UniqueId: '1.2' };
    world.pbx.signal(attemptId, { type: 'journal_ended', at: startedAt, entry });
    world.pbx.signal(attemptId, { type: 'dial1_ended', at: startedAt, cause: 16 });
    await vi.advanceTimersByTimeAsync(10_000);
    return { ...world, waits };
  }

  it('when its permits are released, then the call that waits for that phone is dialled now, and no other call is woken', async () => {
    const { store, queues, waits } = await aLegThatEnds();
    expect(store.released[0]).toEqual({ id: attemptId, leg: 'dial1' });
    expect(queues.moved).toMatchObject([{ callId: waits.id, attemptId: attemptIdOf(2) }]);
    expect(store.waitingCalls('number.abc')).toEqual([waits.id]);
    expect(queues.results).toEqual([]);
  });

  it('when they cannot be released, then no call is woken for them', async () => {
    const { store, queues, waits } = await aLegThatEnds(({ store: { port } }) => {
      port.releaseLeg = () => Promise.reject(new Error('Redis is gone'));
    });
    expect(queues.moved).toEqual([]);
    expect(store.waitingCalls('extension.acme.1001')).toEqual([waits.id]);
  });
});

describe('given an attempt that is reconciled while its record is read for an event', () => {
  it('when the reconciliation concludes it first, then nothing of it is kept here', async () => {
    const { store, queues, pbx, observer } = aObserver();
    store.put(...inFlight());
    const { promise, resolve } = Promise.withResolvers<void>();
    store.beforeAttemptIsRead = promise;
    pbx.finding = { type: 'journal_ended', at: startedAt, entry: talked(startedAt, startedAt + 5_000) };
    pbx.signal(attemptId, { type: 'answered', at: startedAt });
    await observer.adoptOpen(0);
    await settled();
    expect(queues.results).toHaveLength(1);
    resolve();
    await settled();
    expect(observer.watching).toBe(0);
  });
});

describe('given open attempts that no process watches', () => {
  const restarted = { type: 'missing', at: startedAt + 60_000, pbxRestarted: true } as const;

  it('when the PBX is connected, then each is reconciled, and the findings are put into the results queue', async () => {
    const { store, queues, pbx } = aObserver();
    for (const n of [1, 2]) store.put(...inFlight(n));
    const entry = talked(startedAt, startedAt + 5_000);
    pbx.finding = { type: 'journal_ended', at: startedAt + 6_000, entry };
    pbx.up();
    await settled();
    expect(pbx.reconciled).toEqual([attemptIdOf(1), attemptIdOf(2)]);
    expect(queues.results).toMatchObject([
      { callId, attemptId, reportedBy: 'results', evidence: { journalEnded: entry } },
      { attemptId: attemptIdOf(2), evidence: { journalEnded: entry } },
    ]);
    expect(pbx.originated).toEqual([]);
  });

  it('when the sweeper calls it, then it reconciles those that were quiet for long enough, and returns how many', async () => {
    const { store, pbx, observer } = aObserver();
    store.put(...inFlight(1));
    store.put(...inFlight(2, { originatedAt: startedAt + 10_000 }));
    vi.setSystemTime(startedAt + 20_000);
    expect(await observer.adoptOpen(15_000)).toBe(1);
    await settled();
    expect(pbx.reconciled).toEqual([attemptIdOf(1)]);
  });

  it('when it is watched already, then the sweeper’s call changes nothing', async () => {
    const { store, pbx, observer } = aObserver();
    store.put(...inFlight());
    pbx.signal(attemptId, { type: 'answered', at: startedAt });
    await settled();
    vi.setSystemTime(startedAt + 20_000);
    expect(await observer.adoptOpen(0)).toBe(0);
    expect(pbx.reconciled).toEqual([]);
    expect(observer.watching).toBe(1);
  });

  it('when they are on another PBX, then they are left to its observer', async () => {
    const { store, pbx } = aObserver();
    store.put(...inFlight(1, { pbx: 'pbx-2' }));
    pbx.finding = restarted;
    pbx.up();
    await settled();
    expect(pbx.reconciled).toEqual([]);
  });

  it('when they cannot be read as the PBX connects, then a later sweep adopts them', async () => {
    const { store, queues, pbx, observer } = aObserver();
    store.put(...inFlight());
    store.isAway = true;
    pbx.finding = restarted;
    pbx.up();
    await settled();
    store.isAway = false;
    await observer.adoptOpen(0);
    await settled();
    expect(queues.results).toMatchObject([{ attemptId, evidence: { pbxRestarted: true } }]);
  });
});

describe('given a cancel', () => {
  it('when the attempt is watched here, then it is hung up; else the answer is false', async () => {
    const { store, pbx, observer } = aObserver();
    store.put(...inFlight());
    pbx.signal(attemptId, { type: 'rang', at: startedAt });
    await settled();
    expect([observer.cancel(attemptId), observer.cancel(attemptIdOf(2))]).toEqual([true, false]);
    expect(pbx.hungUp).toEqual([attemptId]);
  });
});
