import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptId, callOf, outcomeOfLegs, policyOf } from '../../testing/builders.ts';
import type { AttemptId } from '../ids.ts';
import { dispositions } from '../outcome/disposition.ts';
import { type Call, type CallEffect, type CallSignal, type CallStep, isEnded, isPlanned, stepCall } from './call.ts';

/** What happens to a call, without instants and ids: those depend on how far the call has come. */
type Deed =
  | { readonly type: 'due' | 'dial' | 'expire' | 'block' | 'fail' | 'cancel' }
  | { readonly type: 'defer' | 'reschedule'; readonly byMs: number }
  | { readonly type: 'settle'; readonly disposition: (typeof dispositions)[number] };

const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom<Deed>({ type: 'due' }, { type: 'dial' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Deed>({ type: 'expire' }, { type: 'block' }, { type: 'fail' }, { type: 'cancel' }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('defer' as const, 'reschedule' as const),
      byMs: fc.integer({ min: -60_000, max: 60_000 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ type: fc.constant('settle' as const), disposition: fc.constantFrom(...dispositions) }),
  },
);
/** A deed, the time before it, and the attempt that it names: the current one, or how many before it. */
const story = fc.array(
  fc.tuple(deed, fc.nat(120_000), fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 4 }))),
  {
    maxLength: 40,
  },
);
const start = fc
  .record({ maxRetries: fc.nat(4), delaySeconds: fc.nat(120), notBeforeAt: fc.nat(60_000), retryUnknown: fc.boolean() })
  .map(({ notBeforeAt, ...policy }) => callOf({ notBeforeAt, retryPolicy: policyOf(policy) }));

function currentAttempt(call: Call, made: number): AttemptId {
  return 'attemptId' in call.state ? call.state.attemptId : attemptId(made);
}

function signalOf(what: Deed, id: AttemptId, at: number, next: AttemptId): CallSignal {
  const gate = { gate: 'window', reason: 'closed' };
  switch (what.type) {
    case 'cancel':
      return { type: 'cancel', at };
    case 'reschedule':
      return { type: 'reschedule', at, dueAt: at + what.byMs };
    case 'defer':
      return { type: 'defer', attemptId: id, at, until: at + what.byMs, late: what.byMs % 2 === 1, ...gate };
    case 'block':
      return { type: 'block', attemptId: id, at, ...gate };
    case 'fail':
      return { type: 'fail', attemptId: id, at, reason: 'it cannot be dialled' };
    case 'settle':
      return {
        type: 'settle',
        attemptId: id,
        at,
        outcome: outcomeOfLegs(what.disposition, { endedAt: at }),
        nextAttemptId: next,
      };
    default:
      return { type: what.type, attemptId: id, at };
  }
}

interface Reported {
  readonly before: Call;
  readonly signal: CallSignal;
  readonly step: CallStep;
  readonly at: number;
}

/** Applies a story to a call. Late and repeated deeds name earlier attempts. */
function tell(
  call: Call,
  deeds: readonly (readonly [Deed, number, number])[],
): { readonly call: Call; readonly reported: readonly Reported[] } {
  const reported: Reported[] = [];
  let made = 1;
  let at = 0;
  let now = call;
  for (const [what, afterMs, back] of deeds) {
    at += afterMs;
    const id = back === 0 ? currentAttempt(now, made) : attemptId(Math.max(1, made - back));
    const signal = signalOf(what, id, at, attemptId(made + 1));
    const step = stepCall(now, signal);
    reported.push({ before: now, signal, step, at });
    if (step.effects.some((e) => e.type === 'enqueue')) made += 1;
    now = step.call;
  }
  return { call: now, reported };
}

const effectsOf = (reported: readonly Reported[]): CallEffect[] => reported.flatMap((t) => t.step.effects);

describe('a call, after any signals, also repeated ones', () => {
  it('C1 never changes again once it has ended', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        for (const { before, step } of tell(call, deeds).reported) {
          if (isEnded(before.state)) expect(step).toEqual({ call: before, effects: [], ignored: true });
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('C2 has at most one attempt planned or under way: the one that was put on the queue last', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        let last = attemptId(1);
        for (const { step } of tell(call, deeds).reported) {
          for (const effect of step.effects) {
            if (effect.type === 'enqueue') last = effect.attemptId;
            expect(effect.attemptId).toBe(last);
          }
          if ('attemptId' in step.call.state) expect(step.call.state.attemptId).toBe(last);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('C2 plans a new attempt only when the one before has ended', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        for (const { before, signal, step } of tell(call, deeds).reported) {
          if (!step.effects.some((e) => e.type === 'enqueue')) continue;
          expect(before.state.status).toBe('dialing');
          expect(signal.type).toBe('settle');
        }
      }),
    );
  });

  it('C3 is settled by each attempt once, and only by the one being dialled', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        const end = tell(call, deeds);
        const settled = end.reported.filter((t) => t.signal.type === 'settle' && !t.step.ignored);
        for (const { before, signal } of settled) {
          expect(before.state).toMatchObject({
            status: 'dialing',
            attemptId: 'attemptId' in signal && signal.attemptId,
          });
        }
        expect(end.call.history.map((a) => a.attemptId)).toEqual(
          settled.map(({ signal }) => 'attemptId' in signal && signal.attemptId),
        );
        expect(new Set(end.call.history.map((a) => a.attemptId)).size).toBe(end.call.history.length);
      }),
      { numRuns: 1_000 },
    );
  });

  it('C3 ignores the same settle when it comes again', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        for (const { signal, step } of tell(call, deeds).reported) {
          if (signal.type === 'settle' && !step.ignored) {
            expect(stepCall(step.call, signal)).toEqual({ call: step.call, effects: [], ignored: true });
          }
        }
      }),
    );
  });

  it('C4 uses up no attempt by any number of deferrals', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        for (const { before, signal, step } of tell(call, deeds).reported) {
          if (signal.type !== 'defer' || step.ignored) continue;
          expect(step.call.history).toEqual(before.history);
          expect(step.call.state).toMatchObject({
            attemptId: 'attemptId' in before.state && before.state.attemptId,
            attemptNumber: 'attemptNumber' in before.state && before.state.attemptNumber,
            ...(signal.late
              ? { dueAt: isPlanned(before.state) && before.state.dueAt, nextGateCheckAt: signal.until }
              : { dueAt: signal.until }),
          });
          expect(step.effects).toEqual([{ type: 'move', attemptId: signal.attemptId, dueAt: signal.until }]);
          expect(step.call.gateNote).toMatchObject({ decision: 'defer', gate: 'window', until: signal.until });
        }
      }),
    );
  });

  it('C4 decides about retries as if it had never been deferred', () => {
    fc.assert(
      fc.property(start, story, fc.nat(60_000), (call, deeds, byMs) => {
        const plain = deeds.filter(([what]) => what.type !== 'defer');
        const putOff = plain.flatMap((d): (readonly [Deed, number, number])[] => [[{ type: 'defer', byMs }, 0, 0], d]);
        const statuses = tell(call, putOff).call;
        expect(statuses.history).toEqual(tell(call, plain).call.history);
      }),
    );
  });

  it('numbers its attempts from one, without a gap', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        const enqueued = effectsOf(tell(call, deeds).reported).filter((e) => e.type === 'enqueue');
        expect(enqueued.map((e) => e.attemptNumber)).toEqual(enqueued.map((_, i) => i + 2));
      }),
    );
  });

  it('plans nothing in the past when it retries or is moved by its client', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        for (const { signal, step, at } of tell(call, deeds).reported) {
          if (signal.type === 'defer') continue;
          for (const effect of step.effects) if ('dueAt' in effect) expect(effect.dueAt).toBeGreaterThanOrEqual(at);
        }
      }),
    );
  });

  it('once canceled is never dialled again', () => {
    fc.assert(
      fc.property(start, story, story, (call, before, after) => {
        const canceled = tell(call, [...before, [{ type: 'cancel' }, 0, 0]]).call;
        const later = tell(canceled, after).reported;
        expect(effectsOf(later).filter((e) => e.type === 'enqueue')).toEqual([]);
        if (canceled.state.status !== 'dialing')
          expect(later.every((t) => t.step.call.state.status !== 'dialing')).toBe(true);
      }),
    );
  });

  it('is hung up at most once by its client', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        const hungUp = effectsOf(tell(call, deeds).reported).filter((e) => e.type === 'hang_up');
        expect(new Set(hungUp.map((e) => e.attemptId)).size).toBe(hungUp.length);
      }),
    );
  });

  it('ends after enough attempts, with any dispositions', () => {
    const ends = fc.array(fc.constantFrom(...dispositions), { minLength: 60, maxLength: 60 });
    fc.assert(
      fc.property(start, ends, (call, all) => {
        const deeds = all.flatMap((disposition): (readonly [Deed, number, number])[] => [
          [{ type: 'dial' }, 1_000, 0],
          [{ type: 'settle', disposition }, 1_000, 0],
        ]);
        expect(isEnded(tell(call, deeds).call.state)).toBe(true);
      }),
    );
  });

  it('reports a signal as ignored only where it did nothing', () => {
    fc.assert(
      fc.property(start, story, (call, deeds) => {
        for (const { before, step } of tell(call, deeds).reported) {
          if (step.ignored) expect(step).toEqual({ call: before, effects: [], ignored: true });
        }
      }),
    );
  });
});

describe('an accepted call', () => {
  it('is queued now, or scheduled for later', () => {
    expect(callOf({}, 1_000).state).toEqual({
      status: 'queued',
      attemptId: attemptId(1),
      attemptNumber: 1,
      dueAt: 1_000,
    });
    expect(callOf({ notBeforeAt: 500 }, 1_000).state).toMatchObject({ status: 'queued', dueAt: 1_000 });
    expect(callOf({ notBeforeAt: 5_000 }, 1_000).state).toMatchObject({ status: 'scheduled', dueAt: 5_000 });
  });

  it('states why it is not dialled yet, until it is', () => {
    const deferred = tell(callOf(), [[{ type: 'defer', byMs: 60_000 }, 0, 0]]).call;
    expect(deferred.gateNote).toEqual({ gate: 'window', decision: 'defer', reason: 'closed', at: 0, until: 60_000 });
    expect(tell(deferred, [[{ type: 'reschedule', byMs: 0 }, 0, 0]]).call).not.toHaveProperty('gateNote');
    expect(tell(deferred, [[{ type: 'dial' }, 0, 0]]).call).not.toHaveProperty('gateNote');
    expect(tell(callOf(), [[{ type: 'block' }, 0, 0]]).call.gateNote).toEqual({
      gate: 'window',
      decision: 'block',
      reason: 'closed',
      at: 0,
    });
  });
});

describe('a call moved by its client', () => {
  const moved = (expiresAt?: number | null) =>
    stepCall(callOf({ expiresAt: 90_000 }), {
      type: 'reschedule',
      at: 0,
      dueAt: 30_000,
      ...(expiresAt !== undefined && { expiresAt }),
    }).call.request;

  it('keeps its last moment, or gets another, or has none any more', () => {
    expect(moved()).toMatchObject({ notBeforeAt: 30_000, expiresAt: 90_000 });
    expect(moved(120_000)).toMatchObject({ notBeforeAt: 30_000, expiresAt: 120_000 });
    expect(moved(null)).not.toHaveProperty('expiresAt');
  });
});

describe('a call that was canceled while it was dialled', () => {
  const dialled = stepCall(callOf(), { type: 'dial', attemptId: attemptId(1), at: 0 }).call;
  const canceled = stepCall(dialled, { type: 'cancel', at: 1_000 }).call;
  const settle = (outcome: ReturnType<typeof outcomeOfLegs>) =>
    stepCall(canceled, { type: 'settle', attemptId: attemptId(1), at: 2_000, outcome, nextAttemptId: attemptId(2) })
      .call.state;

  it('is canceled, and states when', () => {
    expect(settle(outcomeOfLegs('canceled', { endedBy: 'redial' }))).toMatchObject({
      status: 'canceled',
      reason: 'canceled while dialing',
    });
    expect(settle(outcomeOfLegs('answered', { endedBy: 'redial' }))).toMatchObject({
      status: 'canceled',
      reason: 'canceled while talking',
    });
    expect(settle(outcomeOfLegs('busy'))).toMatchObject({ status: 'canceled' });
  });

  it('is completed if the talk had ended by itself', () => {
    expect(settle(outcomeOfLegs('answered', { endedBy: 'dial2' }))).toMatchObject({ status: 'completed' });
  });
});
