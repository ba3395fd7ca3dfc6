import {
  type AttemptId,
  type AttemptPhase,
  type AttemptPlan,
  type AttemptSignal,
  type Evidence,
  finalEventsMs,
  type JournalEnded,
} from '@redial/call';
import { type FakePbx, fakePbx, type ManualTimers, manualTimers } from '@redial/testing';
import { beforeEach, describe, expect, test } from 'vitest';
import { anOrder } from '../../testing/an-order.ts';
import { type AdoptedAttempt, type AttemptWatch, type AttemptWatchPorts, createAttemptWatch } from './attempt-watch.ts';

const id = 'att_01ARZ3NDEKTSV4RRFFQ69G5FAV' as AttemptId;
const idOf = (n: number) => `att_01ARZ3NDEKTSV4RRFFQ6${String(n).padStart(6, '0')}` as AttemptId;
const plan: AttemptPlan = {
  dial1RingTimeoutMs: 20_000,
  dial2RingTimeoutMs: 30_000,
  talkLimitMs: 60_000,
  legs: { dial1: 'extension', dial2: 'trunk' },
};
const entry: JournalEnded = { dialStatus: 'ANSWER', dial1Cause: 16, talkMs: 1, dialMs: 2, answeredAt: 1, endedAt: 2 };

let pbx: FakePbx;
let timers: ManualTimers;
let concluded: [AttemptId, Evidence][];
let progress: [AttemptId, string][];
let ignored: [AttemptPhase, string][];
let faults: [string, string][];

beforeEach(() => {
  pbx = fakePbx('pbx-1', { answersItself: false });
  timers = manualTimers();
  concluded = [];
  progress = [];
  ignored = [];
  faults = [];
});

function newWatch(more: Partial<AttemptWatchPorts> = {}): AttemptWatch {
  return createAttemptWatch({
    pbx: pbx.port,
    clock: timers,
    timers,
    onConclude: (...args) => void concluded.push(args),
    onProgress: (attemptId, phase) => void progress.push([attemptId, phase]),
    onIgnored: (...args) => void ignored.push(args),
    onFault: (_, doing, error) => void faults.push([doing, (error as Error).message]),
    ...more,
  });
}

const attempt = (attemptId = id) => ({ attemptId, plan, slot: 7, pbxStartedAt: 'start of pbx-1' });
const adopted = (attemptId = id): AdoptedAttempt => ({ ...attempt(attemptId), originatedAt: timers.now() - 1_000 });
const at = () => timers.now();
const failed = (reason: number): AttemptSignal => ({ type: 'originate_failed', at: at(), reason });
const hungUp = (cause: number): AttemptSignal => ({ type: 'dial1_ended', at: at(), cause });
/** Lets settled promises run their callbacks. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('originating', () => {
  test('one Originate goes out, with the order', () => {
    const watch = newWatch();
    const order = anOrder();
    watch.originate(attempt(), order);
    expect(pbx.originating.map((each) => each.order)).toEqual([order]);
    expect([watch.size, watch.has(id)]).toEqual([1, true]);
  });

  test('an attempt that was watched before is not dialled, neither while it runs nor later', () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    expect(() => watch.originate(attempt(), anOrder())).toThrow('taken on before');
    pbx.signal(id, failed(0));
    pbx.signal(id, hungUp(17));
    expect(watch.size).toBe(0);
    expect(() => watch.originate(attempt(), anOrder())).toThrow('taken on before');
    expect(pbx.originating).toHaveLength(1);
  });

  test('an adopted attempt is never dialled', async () => {
    const watch = newWatch();
    watch.adopt(adopted());
    pbx.down();
    pbx.up();
    timers.advance(1_000_000);
    await settled();
    expect(pbx.originating).toEqual([]);
  });

  test.each([
    [{ type: 'refused', message: 'no' }, {}],
    [
      { type: 'not_sent', code: 'pbx_unavailable', message: 'no' },
      { byUs: true, code: 'pbx_unavailable' },
    ],
  ] as const)('%j ends the attempt: no channel was made', async (reply, more) => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    pbx.originating[0]?.reply(reply);
    await settled();
    expect(concluded).toEqual([[id, { refused: { message: 'no', at: at(), ...more } }]]);
    expect(watch.size).toBe(0);
  });

  test.each([{ type: 'accepted' }, { type: 'unanswered', message: 'late' }] as const)(
    '$type ends nothing: events or the reconciliation tell',
    async (reply) => {
      const watch = newWatch();
      watch.originate(attempt(), anOrder());
      pbx.originating[0]?.reply(reply);
      await settled();
      expect([concluded, watch.size]).toEqual([[], 1]);
    },
  );

  test('a port that throws may have sent it: nothing is concluded, and it is reconciled in time', async () => {
    newWatch().originate(attempt(), anOrder());
    pbx.originating[0]?.fail(new Error('boom'));
    await settled();
    expect(faults).toEqual([['originate', 'boom']]);
    expect(concluded).toEqual([]);
    timers.advance(30_000);
    await settled();
    expect(pbx.reconciling.map((each) => each.question)).toEqual([
      { attemptId: id, slot: 7, pbxStartedAt: 'start of pbx-1' },
    ]);
  });
});

describe('facts', () => {
  test('dial1 rings, answers, and the journal ends it: one conclusion, and nothing is left', () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    pbx.signal(id, { type: 'rang', at: at() });
    pbx.signal(id, { type: 'answered', at: at() });
    expect(progress).toEqual([
      [id, 'ringing'],
      [id, 'answered'],
    ]);
    pbx.signal(id, { type: 'journal_ended', at: at(), entry });
    expect(concluded.map(([, evidence]) => evidence.journalEnded)).toEqual([entry]);
    expect([watch.size, timers.pending]).toEqual([0, []]);
  });

  test('dial2’s channel is reported with its id', () => {
    const reported: unknown[] = [];
    const watch = newWatch({ onProgress: (...args) => void reported.push(args.slice(1)) });
    watch.originate(attempt(), anOrder());
    pbx.signal(id, { type: 'answered', at: 1 });
    pbx.signal(id, { type: 'dial2_created', at: 2, uniqueId: '1795224366.1' });
    expect(reported).toEqual([
      ['answered', 1, undefined],
      ['dial2_created', 2, '1795224366.1'],
    ]);
  });

  test('facts that come late or twice are counted by phase and name', () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    pbx.signal(id, { type: 'rang', at: at() });
    pbx.signal(id, { type: 'rang', at: at() });
    pbx.signal(id, failed(0));
    pbx.signal(id, hungUp(17));
    pbx.signal(id, hungUp(17));
    expect(ignored).toEqual([
      ['ringing', 'rang'],
      ['ended', 'dial1_ended'],
    ]);
    expect(concluded).toHaveLength(1);
  });

  test('after the first final event of dial1, the second is awaited briefly, then the timer concludes', () => {
    newWatch().originate(attempt(), anOrder());
    pbx.signal(id, failed(0));
    expect(timers.pending).toEqual([finalEventsMs]);
    timers.advance(finalEventsMs);
    expect(concluded).toHaveLength(1);
  });

  test('while such events come far apart, or too late, the wait is longer', () => {
    const watch = newWatch();
    for (const n of [1, 2, 3]) watch.originate(attempt(idOf(n)), anOrder({ attemptId: idOf(n) }));
    pbx.signal(idOf(1), failed(0));
    timers.advance(1_000);
    pbx.signal(idOf(1), hungUp(1));
    pbx.signal(idOf(2), failed(0));
    timers.advance(2_999);
    expect(concluded.map(([attemptId]) => attemptId)).toEqual([idOf(1)]);
    timers.advance(1);
    expect(concluded.map(([attemptId]) => attemptId)).toEqual([idOf(1), idOf(2)]);
    // Three times the time that was too short.
    pbx.signal(idOf(2), hungUp(1));
    pbx.signal(idOf(3), failed(0));
    timers.advance(8_999);
    pbx.signal(idOf(3), hungUp(1));
    expect(concluded[2]?.[1]).toMatchObject({ originateFailed: { reason: 0 }, dial1Hangup: { cause: 1 } });
  });

  test('a cancel in between is no half, and lengthens no wait', () => {
    const watch = newWatch();
    for (const n of [1, 2]) watch.originate(attempt(idOf(n)), anOrder({ attemptId: idOf(n) }));
    pbx.signal(idOf(1), failed(0));
    timers.advance(finalEventsMs - 100);
    watch.cancel(idOf(1));
    timers.advance(100);
    pbx.signal(idOf(2), failed(0));
    timers.advance(finalEventsMs);
    expect(concluded.map(([attemptId]) => attemptId)).toContain(idOf(2));
  });

  test('a listener that calls back while effects are performed waits for its turn', () => {
    const steps: string[] = [];
    const watch: AttemptWatch = newWatch({
      onProgress: () => void watch.cancel(id),
      onStep: (_, signal, step) => void steps.push(`${signal.type}→${step.state.phase}`),
    });
    watch.originate(attempt(), anOrder());
    pbx.signal(id, { type: 'answered', at: at() });
    expect(steps).toEqual(['start→originating', 'answered→answered', 'cancel→answered']);
    expect(pbx.hungUp).toEqual([id]);
    // The timer of the cancellation, not that of the talk: the step before had armed that.
    expect(timers.pending).toEqual([5_000]);
  });

  test('a cancelled attempt is hung up, and again until it is gone', () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    expect(watch.cancel(id)).toBe(true);
    expect(watch.cancel(idOf(2))).toBe(false);
    timers.advance(5_000);
    expect(pbx.hungUp).toEqual([id, id]);
    pbx.signal(id, failed(0));
    pbx.signal(id, hungUp(0));
    expect(concluded[0]?.[1].cancelRequestedAt).toBeDefined();
  });
});

describe('dial1’s outcome', () => {
  test('answered', async () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    const outcome = watch.dial1Outcome(id);
    pbx.signal(id, { type: 'answered', at: at() });
    expect(await outcome).toBe('answered');
    expect(await watch.dial1Outcome(id)).toBe('answered');
  });

  test('ended, for a waiting caller and for a later one', async () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    const outcome = watch.dial1Outcome(id);
    pbx.originating[0]?.reply({ type: 'refused', message: 'no' });
    expect(await outcome).toBe('ended');
    expect(await watch.dial1Outcome(id)).toBe('ended');
  });

  test('answered may come from a reconciliation', async () => {
    const watch = newWatch();
    watch.adopt(adopted());
    expect(await watch.dial1Outcome(id)).toBe('unknown-here');
    pbx.reconciling[0]?.find({ type: 'journal_answered', at: at(), answeredAt: 1, pbxRestarted: false });
    await settled();
    expect(await watch.dial1Outcome(id)).toBe('answered');
  });

  test('no caller waits while the PBX is gone, and the attempt stays watched', async () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    const outcome = watch.dial1Outcome(id);
    pbx.down();
    expect(await outcome).toBe('unknown-here');
    expect(watch.has(id)).toBe(true);
  });

  test('an attempt that is not here is unknown here', async () => {
    expect(await newWatch().dial1Outcome(id)).toBe('unknown-here');
  });
});

describe('the PBX goes and comes', () => {
  test('gone, every attempt is detached; back, each one is reconciled, and the result counts', async () => {
    const watch = newWatch();
    for (const n of [1, 2]) watch.originate(attempt(idOf(n)), anOrder({ attemptId: idOf(n) }));
    pbx.down();
    pbx.up();
    await settled();
    expect(pbx.reconciling.map((each) => each.question.attemptId)).toEqual([idOf(1), idOf(2)]);
    pbx.reconciling[0]?.find({ type: 'journal_ended', at: at(), entry });
    pbx.reconciling[1]?.find({ type: 'channel_found', at: at(), up: true });
    await settled();
    expect(concluded.map(([attemptId]) => attemptId)).toEqual([idOf(1)]);
    expect(progress).toEqual([[idOf(2), 'answered']]);
  });

  test('a reconciliation without a result is repeated by the timer', async () => {
    newWatch().adopt(adopted());
    await settled();
    pbx.reconciling[0]?.find(undefined);
    await settled();
    timers.advance(5_000);
    await settled();
    expect(pbx.reconciling).toHaveLength(2);
  });

  test('many reconciliations are made a few at a time, each once', async () => {
    const watch = newWatch({ limits: { reconciliationsAtOnce: 3 } });
    for (let n = 0; n < 10; n++) watch.adopt(adopted(idOf(n)));
    pbx.up();
    await settled();
    expect(pbx.reconciling).toHaveLength(3);
    for (let n = 0; n < 10; n++) {
      pbx.reconciling[n]?.find({ type: 'journal_ended', at: at(), entry });
      await settled();
    }
    expect(pbx.reconciling.map((each) => each.question.attemptId)).toEqual(
      Array.from({ length: 10 }, (_, n) => idOf(n)),
    );
    expect(concluded).toHaveLength(10);
  });

  test('an attempt that ended while it waited to be reconciled is not reconciled', async () => {
    const watch = newWatch({ limits: { reconciliationsAtOnce: 1 } });
    watch.adopt(adopted(idOf(1)));
    watch.adopt(adopted(idOf(2)));
    await settled();
    pbx.signal(idOf(2), { type: 'journal_ended', at: at(), entry });
    pbx.reconciling[0]?.find(undefined);
    await settled();
    expect(pbx.reconciling).toHaveLength(1);
  });

  test('a PBX that stays silent does not keep an attempt for ever', async () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    pbx.down();
    for (let n = 0; watch.size > 0 && n < 1_000; n++) {
      timers.advance(5_000);
      for (const each of pbx.reconciling.splice(0)) each.find(undefined);
      await settled();
    }
    expect(concluded[0]?.[1]).toHaveProperty('gaveUpAt');
  });
});

describe('attempts of other processes', () => {
  test('without a lookup, their signals are dropped', () => {
    const watch = newWatch();
    pbx.signal(id, { type: 'rang', at: at() });
    expect([watch.size, ignored]).toEqual([0, []]);
  });

  test('an open one is adopted, and the signals that came meanwhile are not lost', async () => {
    let answer: (attempt: AdoptedAttempt | undefined) => void = () => {};
    const asked: AttemptId[] = [];
    const watch = newWatch({
      onUnknown: (attemptId) => {
        asked.push(attemptId);
        return new Promise((resolve) => {
          answer = resolve;
        });
      },
    });
    pbx.signal(id, { type: 'rang', at: at() });
    pbx.signal(id, { type: 'answered', at: at() });
    pbx.signal(id, { type: 'journal_ended', at: at(), entry });
    answer(adopted());
    await settled();
    expect(asked).toEqual([id]);
    expect(concluded.map(([, evidence]) => evidence)).toMatchObject([{ journalEnded: entry, dial1AnsweredAt: at() }]);
    expect(watch.size).toBe(0);
  });

  test('its events are coming in: it is reconciled only if they stop', async () => {
    newWatch({ onUnknown: async () => adopted() });
    pbx.signal(id, { type: 'rang', at: at() });
    await settled();
    expect(pbx.reconciling).toHaveLength(0);
    timers.advance(5_000);
    await settled();
    expect(pbx.reconciling).toHaveLength(0);
    timers.advance(300_000);
    await settled();
    expect(pbx.reconciling[0]?.question.attemptId).toBe(id);
  });

  test('the link is lost during the lookup: its end may have been missed, so it is reconciled', async () => {
    let answer: (attempt: AdoptedAttempt | undefined) => void = () => {};
    newWatch({
      limits: { unknownSignalLimit: 1 },
      onUnknown: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    pbx.signal(id, { type: 'rang', at: at() });
    pbx.down();
    pbx.up();
    answer(adopted());
    await settled();
    timers.advance(5_000);
    await settled();
    pbx.reconciling[0]?.find({ type: 'missing', at: at(), pbxRestarted: true });
    await settled();
    expect(concluded.map(([, evidence]) => evidence)).toMatchObject([{ pbxRestarted: true }]);
  });

  test('one that is not open is looked up once', async () => {
    let asked = 0;
    newWatch({ onUnknown: async () => void asked++ as undefined });
    pbx.signal(id, hungUp(16));
    await settled();
    pbx.signal(id, hungUp(16));
    expect(asked).toBe(1);
  });

  test('when the lookup fails, its next signal repeats it', async () => {
    let asked = 0;
    newWatch({
      onUnknown: async () => {
        asked += 1;
        throw new Error('store is down');
      },
    });
    pbx.signal(id, hungUp(16));
    await settled();
    pbx.signal(id, hungUp(16));
    expect([asked, faults]).toEqual([2, [['adopt', 'store is down']]]);
  });

  test('a late event does not bring a concluded one back; an explicit adoption does', async () => {
    let asked = 0;
    const watch = newWatch({ onUnknown: async () => void asked++ as undefined });
    watch.adopt(adopted());
    pbx.signal(id, { type: 'journal_ended', at: at(), entry });
    pbx.signal(id, hungUp(16));
    await settled();
    expect([asked, watch.size]).toEqual([0, 0]);
    watch.adopt(adopted());
    expect(watch.size).toBe(1);
    watch.adopt(adopted());
    expect(watch.size).toBe(1);
  });

  test('adopted during its lookup, it is not adopted twice', async () => {
    let answer: (attempt: AdoptedAttempt | undefined) => void = () => {};
    const watch = newWatch({
      onUnknown: () =>
        new Promise((resolve) => {
          answer = resolve;
        }),
    });
    pbx.signal(id, hungUp(16));
    watch.adopt(adopted());
    pbx.signal(id, { type: 'journal_ended', at: at(), entry });
    answer(adopted());
    await settled();
    expect([concluded.length, watch.size]).toEqual([1, 0]);
  });

  test('the memory for them is bounded', async () => {
    const answers = new Map<AttemptId, (attempt: AdoptedAttempt | undefined) => void>();
    const steps: string[] = [];
    newWatch({
      limits: { unknownLimit: 1, unknownSignalLimit: 2 },
      onUnknown: (attemptId) => new Promise((resolve) => void answers.set(attemptId, resolve)),
      onStep: (_, signal) => void steps.push(signal.type),
    });
    for (const _ of [1, 2, 3]) pbx.signal(idOf(1), { type: 'rang', at: at() });
    pbx.signal(idOf(2), { type: 'rang', at: at() });
    expect([...answers.keys()]).toEqual([idOf(1)]);
    answers.get(idOf(1))?.(adopted(idOf(1)));
    await settled();
    expect(steps).toEqual(['adopt', 'rang', 'rang']);
  });
});

describe('stopping', () => {
  test('drops every attempt and concludes none', async () => {
    const watch = newWatch();
    watch.originate(attempt(), anOrder());
    const outcome = watch.dial1Outcome(id);
    watch.stop();
    expect(await outcome).toBe('unknown-here');
    expect([watch.size, timers.pending, pbx.listenerCount, concluded]).toEqual([0, [], 0, []]);
    pbx.originating[0]?.reply({ type: 'refused', message: 'no' });
    await settled();
    expect(concluded).toEqual([]);
  });

  test('a stopped watch adopts nothing', () => {
    const watch = newWatch();
    watch.stop();
    watch.adopt(adopted());
    expect(watch.size).toBe(0);
    expect(() => watch.originate(attempt(), anOrder())).toThrow('stopped');
    expect(pbx.originating).toEqual([]);
  });
});

describe('a dial2 that goes on without dial1', () => {
  const alive: JournalEnded = { ...entry, dial2UniqueId: '1.2' };

  test('is reconciled by its own id; dial1’s permits are released, the others held; its end ends the attempt', async () => {
    const reported: unknown[] = [];
    const watch = newWatch({
      onRelease: (attemptId, leg) => void reported.push(['release', attemptId, leg]),
      onExtendPermits: (attemptId) => void reported.push(['extend_permits', attemptId]),
    });
    watch.originate(attempt(), anOrder());
    pbx.signal(id, { type: 'answered', at: at() });
    pbx.signal(id, { type: 'journal_ended', at: at(), entry: alive });
    pbx.signal(id, hungUp(16));
    timers.advance(finalEventsMs);
    await settled();
    expect(pbx.reconciling.at(-1)?.question).toMatchObject({ attemptId: id, dial2: '1.2' });
    pbx.reconciling.at(-1)?.find({ type: 'dial2_found', at: at() });
    await settled();
    expect(reported).toEqual([
      ['release', id, 'dial1'],
      ['extend_permits', id],
    ]);
    timers.advance(30_000);
    expect(concluded).toEqual([]);
    pbx.signal(id, { type: 'dial2_ended', at: at(), cause: 16, uniqueId: '1.2' });
    expect(concluded).toMatchObject([[id, { dial2FollowedTo: at(), journalEnded: alive }]]);
  });

  test('is not awaited when its Hangup came first, which is usual', () => {
    newWatch().originate(attempt(), anOrder());
    pbx.signal(id, { type: 'answered', at: at() });
    pbx.signal(id, { type: 'dial2_ended', at: at(), cause: 16, uniqueId: '1.2' });
    pbx.signal(id, { type: 'journal_ended', at: at(), entry: alive });
    expect(concluded).toHaveLength(1);
    expect(pbx.reconciling).toEqual([]);
  });
});

test('the end of a replaced channel is no end; the other channel is queried and hung up then', async () => {
  const watch = newWatch();
  watch.originate(attempt(), anOrder());
  pbx.signal(id, { type: 'dial1_ended', at: at(), cause: 26, rang: true });
  pbx.signal(id, { type: 'answered', at: at(), uniqueId: '1.7' });
  timers.advance(60_000);
  await settled();
  expect(concluded).toEqual([]);
  pbx.down();
  pbx.up();
  await settled();
  expect(pbx.reconciling.at(-1)?.question).toMatchObject({ dial1: '1.7' });
  pbx.signal(id, { type: 'journal_ended', at: at(), entry });
  expect(concluded).toMatchObject([[id, { dial1ReplacedBy: { uniqueId: '1.7' }, dial1Hangup: { cause: 26 } }]]);
});
