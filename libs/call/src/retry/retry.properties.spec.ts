import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attemptId } from '../../testing/builders.ts';
import {
  calleeDispositions,
  dispositions,
  networkDispositions,
  permanentDispositions,
} from '../outcome/disposition.ts';
import { decideRetry, type EndedAttempt, jitterMs, type RetryQuestion } from './retry.ts';
import type { RetryPolicy } from './retry-policy.ts';

const seconds = fc.nat(7_200);
const own = fc.record(
  {
    maxRetries: fc.nat(5),
    delaySeconds: seconds,
    backoff: fc.constantFrom('fixed' as const, 'linear' as const, 'exponential' as const),
  },
  { requiredKeys: [] },
);
const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  maxRetries: fc.nat(6),
  delaySeconds: seconds,
  perDisposition: fc.dictionary(fc.constantFrom(...calleeDispositions), own),
  until: fc.constantFrom('connected' as const, 'dial1_answered' as const),
  networkBudget: fc.record({ maxRetries: fc.nat(5), windowSeconds: fc.nat(7_200), delaySeconds: fc.nat(600) }),
  retryUnknown: fc.boolean(),
});
const ended = (choice: readonly EndedAttempt['disposition'][]) =>
  fc.record({
    disposition: fc.constantFrom(...choice),
    connected: fc.constant(false),
    dial1Answered: fc.boolean(),
    endedAt: fc.nat(10_000_000),
  });
const attempts = fc
  .array(ended(dispositions), { minLength: 1, maxLength: 12 })
  .map((all) =>
    all.map((a, i): EndedAttempt => ({ ...a, attemptId: attemptId(i), connected: a.disposition === 'answered' })),
  );
const questions: fc.Arbitrary<RetryQuestion> = fc.record({
  policy: policies,
  history: attempts,
  now: fc.nat(20_000_000),
  expiresAt: fc.option(fc.nat(30_000_000), { nil: undefined }),
});

describe('a retry decision', () => {
  it('is the same for the same input', () => {
    fc.assert(
      fc.property(questions, (q) => {
        expect(decideRetry(structuredClone(q))).toEqual(decideRetry(q));
      }),
    );
  });

  it('never lies before now, nor after the call’s time', () => {
    fc.assert(
      fc.property(questions, (q) => {
        const decision = decideRetry(q);
        if (decision.type === 'stop') return;
        expect(decision.at).toBeGreaterThanOrEqual(q.now);
        if (q.expiresAt !== undefined) expect(decision.at).toBeLessThanOrEqual(q.expiresAt);
      }),
    );
  });

  it('never retries a connected, permanent or canceled attempt', () => {
    fc.assert(
      fc.property(
        questions,
        fc.constantFrom('answered' as const, 'canceled' as const, ...permanentDispositions),
        (q, disposition) => {
          const last: EndedAttempt = {
            ...(q.history[0] as EndedAttempt),
            disposition,
            connected: disposition === 'answered',
          };
          expect(decideRetry({ ...q, history: [...q.history, last] }).type).toBe('stop');
        },
      ),
    );
  });

  it('never retries where dial1 answered and the talk is uncertain', () => {
    fc.assert(
      fc.property(questions, (q) => {
        const last: EndedAttempt = {
          ...(q.history[0] as EndedAttempt),
          disposition: 'unknown',
          connected: false,
          dial1Answered: true,
        };
        expect(decideRetry({ ...q, history: [...q.history, last] }).type).toBe('stop');
      }),
    );
  });

  it('makes at most maxRetries + 1 attempts that reach a person, and ends', () => {
    fc.assert(
      fc.property(
        policies,
        fc.infiniteStream(ended([...calleeDispositions, ...networkDispositions, 'unknown'])),
        (policy, stream) => {
          const history: EndedAttempt[] = [];
          let now = 0;
          let faultsInARow = 0;
          for (const next of stream) {
            now += 1_000;
            history.push({ ...next, attemptId: attemptId(history.length), endedAt: now });
            faultsInARow = (networkDispositions as readonly string[]).includes(next.disposition) ? faultsInARow + 1 : 0;
            expect(faultsInARow).toBeLessThanOrEqual(policy.networkBudget.maxRetries + 1);
            const decision = decideRetry({ policy, history, now });
            if (decision.type === 'stop') break;
            now = decision.at;
          }
          const reached = history.filter((a) => !(networkDispositions as readonly string[]).includes(a.disposition));
          expect(reached.length).toBeLessThanOrEqual(policy.maxRetries + 1);
        },
      ),
    );
  });

  it('does not depend on network faults before the last contact', () => {
    fc.assert(
      fc.property(questions, fc.nat(5), fc.constantFrom(...networkDispositions), (q, faults, disposition) => {
        const last: EndedAttempt = {
          ...(q.history[0] as EndedAttempt),
          disposition: 'busy',
          connected: false,
          dial1Answered: false,
        };
        const trouble = Array.from({ length: faults }, (): EndedAttempt => ({ ...last, disposition }));
        expect(decideRetry({ ...q, history: [...trouble, last] })).toEqual(decideRetry({ ...q, history: [last] }));
      }),
    );
  });
});

describe('jitter', () => {
  it('is whole, and at most a tenth of the delay', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(86_400_000), (id, delayMs) => {
        const jitter = jitterMs(id, delayMs);
        expect(Number.isInteger(jitter)).toBe(true);
        expect(jitter).toBeGreaterThanOrEqual(0);
        expect(jitter).toBeLessThanOrEqual(delayMs / 10);
      }),
    );
  });
});
