import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptId, callId } from '../../testing/builders.ts';
import { createDelivery, type Delivery, type DeliverySignal, stepDelivery } from './delivery.ts';

const start = createDelivery({ tenantId: 'acme', callId, attemptId: attemptId(1), sink: 'crm', createdAt: 0 });

const retry = fc.constantFrom(
  { type: 'never' } as const,
  { type: 'scheduled' } as const,
  { type: 'scheduled', requestedMs: 600_000 } as const,
  { type: 'unlimited' } as const,
);

/** A step of one of several workers. `read`: how many steps ago it read the delivery; 0: it has not stalled. */
interface Deed {
  readonly type: DeliverySignal['type'];
  readonly read: number;
  readonly retry: typeof retry extends fc.Arbitrary<infer R> ? R : never;
  readonly afterMs: number;
}

const story = fc.array(
  fc.record<Deed>({
    type: fc.oneof(
      { weight: 6, arbitrary: fc.constant('failed' as const) },
      { weight: 1, arbitrary: fc.constantFrom('accepted' as const, 'postponed' as const, 'resend' as const) },
    ),
    read: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: 1, max: 6 }) }),
    retry,
    afterMs: fc.integer({ min: 1, max: 86_400_000 }),
  }),
  { maxLength: 60 },
);

function signalOf({ type, retry: policy, afterMs }: Deed, { tries }: Delivery, at: number): DeliverySignal {
  switch (type) {
    case 'failed':
      return { type, at, tries, error: 'HTTP 500', retry: policy };
    case 'postponed':
      return { type, at, tries, afterMs };
    case 'accepted':
      return { type, at };
    case 'resend':
      return { type };
  }
}

/** Each step of a story: the delivery before it, the signal, and the result. */
function run(deeds: readonly Deed[]) {
  const states = [start];
  return deeds.map((deed, i) => {
    const at = (i + 1) * 1_000;
    const before = states.at(-1) ?? start;
    const signal = signalOf(deed, states.at(-1 - deed.read) ?? start, at);
    const step = stepDelivery(before, signal);
    states.push(step.delivery);
    return { before, signal, step, at, isStale: deed.read > 0 };
  });
}

const always = (check: (steps: ReturnType<typeof run>) => void): void =>
  fc.assert(
    fc.property(story, (deeds) => check(run(deeds))),
    { numRuns: 1_000 },
  );

describe('a delivery, for any and late steps of its workers', () => {
  it('D1 never changes again once it is delivered', () => {
    always((steps) => {
      for (const { before, step } of steps)
        if (before.status === 'delivered') expect(step).toEqual({ delivery: before, effects: [], ignored: true });
    });
  });

  it('D2 leaves the dead letters only by a resend or by an acceptance', () => {
    always((steps) => {
      for (const { before, signal, step } of steps) {
        if (before.status !== 'dead' || step.delivery.status === 'dead') continue;
        expect(['accepted', 'resend']).toContain(signal.type);
      }
    });
  });

  it('D3 counts a failure only if no other worker has counted a try since it began', () => {
    always((steps) => {
      for (const { before, signal, step } of steps) {
        if (signal.type !== 'failed') continue;
        expect(step.delivery.tries).toBe(step.ignored ? before.tries : signal.tries + 1);
        if (signal.tries !== before.tries) expect(step.ignored).toBe(true);
      }
    });
  });

  it('always has a worker or a job while it is pending, and none afterwards', () => {
    always((steps) => {
      for (const { step } of steps) {
        if (step.ignored) continue;
        const effects = step.effects.map(({ type }) => type);
        const expected = { pending: [['try_again'], ['enqueue']], delivered: [[]], dead: [['bury']] };
        expect(expected[step.delivery.status]).toContainEqual(effects);
      }
    });
  });

  it('names a next try while it is pending and was tried or put off, and none afterwards', () => {
    always((steps) => {
      for (const { step, at } of steps) {
        const { delivery, effects } = step;
        if (delivery.status !== 'pending') expect(delivery).not.toHaveProperty('nextTryAt');
        for (const effect of effects)
          if (effect.type === 'try_again') expect(delivery.nextTryAt).toBe(at + effect.afterMs);
      }
    });
  });

  it('keeps the fields that it was created with', () => {
    always((steps) => {
      for (const { step } of steps) {
        const { id, tenantId, callId: ofCall, attemptId: ofAttempt, sink, createdAt } = step.delivery;
        const kept = {
          id,
          tenantId,
          callId: ofCall,
          attemptId: ofAttempt,
          sink,
          createdAt,
          status: 'pending',
          tries: 0,
        };
        expect(kept).toEqual(start);
      }
    });
  });
});
