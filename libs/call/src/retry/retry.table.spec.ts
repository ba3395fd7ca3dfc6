import { describe, expect, it } from 'vitest';
import { attemptId, policyOf } from '../../testing/builders.ts';
import {
  calleeDispositions,
  type Disposition,
  networkDispositions,
  permanentDispositions,
} from '../outcome/disposition.ts';
import type { NotSentCode } from '../outcome/not-sent.ts';
import { decideRetry, type EndedAttempt, jitterMs } from './retry.ts';
import { RetryPolicy } from './retry-policy.ts';

const minute = 60_000;

/** Attempts that ended one minute apart; the last one at `endedAt`. */
function history(dispositions: readonly Disposition[], endedAt: number): EndedAttempt[] {
  return dispositions.map((disposition, i) => ({
    attemptId: attemptId(i + 1),
    disposition,
    connected: disposition === 'answered',
    dial1Answered: disposition === 'answered' || disposition === 'dial1_hung_up',
    endedAt: endedAt - (dispositions.length - 1 - i) * minute,
  }));
}

function decided(
  dispositions: readonly Disposition[],
  policy: Partial<RetryPolicy> = {},
  now = 0,
  expiresAt?: number,
): string {
  const decision = decideRetry({ policy: policyOf(policy), history: history(dispositions, now), now, expiresAt });
  return decision.type === 'stop' ? decision.reason : `retry in ${(decision.at - now) / 1_000}s, ${decision.reason}`;
}

describe('two retries after a minute', () => {
  it.each<[Disposition[], string]>([
    [['answered'], 'connected'],
    [['busy'], 'retry in 60s, busy'],
    [['busy', 'busy'], 'retry in 60s, busy'],
    [['busy', 'busy', 'busy'], 'retries_used_up'],
    [['busy', 'no_answer', 'rejected'], 'retries_used_up'],
    [['busy', 'busy', 'answered'], 'connected'],
    [['busy', 'invalid_number'], 'permanent'],
    [['busy', 'canceled'], 'canceled'],
    [['busy', 'unknown'], 'unknown'],
    // The network uses up none of them.
    [['busy', 'busy', 'congestion', 'busy'], 'retries_used_up'],
    [['busy', 'congestion', 'busy'], 'retry in 60s, busy'],
    [['congestion', 'congestion', 'busy'], 'retry in 60s, busy'],
  ])('after %j: %s', (dispositions, expected) => {
    expect(decided(dispositions)).toBe(expected);
  });

  it.each(calleeDispositions)('%s is dialled again', (disposition) => {
    expect(decided([disposition])).toBe(`retry in 60s, ${disposition}`);
  });

  it.each(permanentDispositions)('%s is not dialled again', (disposition) => {
    expect(decided([disposition])).toBe('permanent');
  });

  it.each(networkDispositions)('%s is dialled again soon', (disposition) => {
    expect(decided([disposition])).toMatch(new RegExp(`^retry in 1[56][0-9.]*s, ${disposition}$`));
  });
});

describe('an attempt that Redial did not send', () => {
  const notSent = (
    codes: readonly (NotSentCode | undefined)[],
    before: readonly Disposition[] = [],
    after: readonly Disposition[] = [],
  ) => {
    const dispositions = [...before, ...codes.map(() => 'not_sent' as const), ...after];
    const attempts = history(dispositions, 0).map((attempt, i): EndedAttempt => {
      const code = codes[i - before.length];
      return attempt.disposition === 'not_sent' && code !== undefined ? { ...attempt, notSentCode: code } : attempt;
    });
    const decision = decideRetry({ policy: policyOf({ maxRetries: 0 }), history: attempts, now: 0 });
    return decision.type === 'stop' ? decision.reason : Math.floor(decision.at / 1_000);
  };
  const times = <T>(n: number, what: T): T[] => Array.from({ length: n }, () => what);

  it.each<[NotSentCode | undefined, string | number]>([
    ['late', 1],
    ['pbx_restarted', 1],
    ['pbx_unavailable', 1],
    ['unconfirmed', 1],
    // A later dialer's code, which this version does not know.
    [undefined, 1],
    // The gates check the next attempt. They know how long it is deferred, or that it is blocked.
    ['gate', 0],
    ['invalid', 'permanent'],
    ['canceled', 'canceled'],
  ])('%s: %s', (code, expected) => {
    expect(notSent([code])).toBe(expected);
  });

  it('waits twice as long after each in a row, and a minute at most', () => {
    const seconds = [1, 2, 3, 4, 5, 6, 7, 8, 20].map((n) => notSent(times(n, 'late')) as number);
    for (const [i, least] of [1, 2, 4, 8, 16, 32, 60, 60, 60].entries()) {
      expect(seconds[i]).toBeGreaterThanOrEqual(least);
      expect(seconds[i]).toBeLessThanOrEqual(least * 1.1);
    }
  });

  it('is tried again 20 times in a row, with any codes', () => {
    expect(notSent([...times(10, 'late' as const), ...times(10, 'gate' as const)])).not.toBe('not_sent_too_often');
    expect(notSent([...times(20, 'late' as const), 'unconfirmed'])).toBe('not_sent_too_often');
    expect(notSent([...times(20, 'late' as const), 'gate'])).toBe('not_sent_too_often');
    expect(notSent(times(1, 'late' as const), ['busy'])).toBe(1);
  });

  it('uses up no retry, and nothing of the network’s budget', () => {
    const policy = policyOf({
      maxRetries: 1,
      networkBudget: { maxRetries: 1, windowSeconds: 1_800, delaySeconds: 15 },
    });
    const decide = (dispositions: readonly Disposition[]) => {
      const decision = decideRetry({ policy, history: history(dispositions, 0), now: 0 });
      return decision.type === 'stop' ? decision.reason : 'retry';
    };
    expect(decide(['not_sent', 'not_sent', 'busy'])).toBe('retry');
    expect(decide(['busy', 'not_sent', 'busy'])).toBe('retries_used_up');
    expect(decide(['not_sent', 'congestion'])).toBe('retry');
    // One run of faults, not two: no attempt reached the network in between.
    expect(decide(['congestion', 'not_sent', 'congestion'])).toBe('network_budget_used_up');
  });
});

describe('no retries', () => {
  it.each<[Disposition[], string]>([
    [['busy'], 'retries_used_up'],
    [['answered'], 'connected'],
  ])('after %j: %s', (dispositions, expected) => {
    expect(decided(dispositions, { maxRetries: 0 })).toBe(expected);
  });
});

describe('a policy of its own for busy', () => {
  type Own = NonNullable<RetryPolicy['perDisposition']['busy']>;
  const busy = (own: Own, dispositions: readonly Disposition[], maxRetries = 9) =>
    decided(dispositions, { maxRetries, perDisposition: { busy: own } });

  it.each<[string, Own, Disposition[], string]>([
    ['a delay of its own', { delaySeconds: 10 }, ['busy'], 'retry in 10s, busy'],
    ['a delay of its own, not for others', { delaySeconds: 10 }, ['no_answer'], 'retry in 60s, no_answer'],
    ['no retry of its own', { maxRetries: 0 }, ['busy'], 'retries_used_up'],
    ['one retry of its own', { maxRetries: 1 }, ['busy'], 'retry in 60s, busy'],
    ['one retry of its own, used up', { maxRetries: 1 }, ['busy', 'busy'], 'retries_used_up'],
    [
      'one retry of its own, not for others',
      { maxRetries: 1 },
      ['busy', 'no_answer', 'no_answer'],
      'retry in 60s, no_answer',
    ],
    ['fixed', { delaySeconds: 10, backoff: 'fixed' }, ['busy', 'busy', 'busy'], 'retry in 10s, busy'],
    ['linear, first', { delaySeconds: 10, backoff: 'linear' }, ['busy'], 'retry in 10s, busy'],
    ['linear, third', { delaySeconds: 10, backoff: 'linear' }, ['busy', 'busy', 'busy'], 'retry in 30s, busy'],
    ['exponential, first', { delaySeconds: 10, backoff: 'exponential' }, ['busy'], 'retry in 10s, busy'],
    [
      'exponential, fourth',
      { delaySeconds: 10, backoff: 'exponential' },
      ['busy', 'busy', 'busy', 'busy'],
      'retry in 80s, busy',
    ],
    [
      'growth counts busy alone',
      { delaySeconds: 10, backoff: 'linear' },
      ['no_answer', 'no_answer', 'busy'],
      'retry in 10s, busy',
    ],
    ['growth of the default delay', { backoff: 'linear' }, ['busy', 'busy'], 'retry in 120s, busy'],
  ])('%s', (_name, own, dispositions, expected) => {
    expect(busy(own, dispositions)).toBe(expected);
  });

  it('cannot raise the total', () => {
    expect(busy({ maxRetries: 50 }, ['busy', 'busy'], 1)).toBe('retries_used_up');
  });

  it('never waits longer than 30 days', () => {
    const many = Array.from({ length: 60 }, () => 'busy' as const);
    const own = { delaySeconds: 30 * 86_400, backoff: 'exponential' } as const;
    expect(busy(own, many, 100)).toBe(`retry in ${30 * 86_400}s, busy`);
  });
});

describe('until', () => {
  it('connected: an answer of dial1 alone is not enough', () => {
    expect(decided(['dial1_hung_up'])).toBe('retry in 60s, dial1_hung_up');
  });

  it('dial1_answered: an answer of dial1 is enough, with any result of dial2', () => {
    expect(decided(['dial1_hung_up'], { until: 'dial1_answered' })).toBe('dial1_answered');
    expect(decided(['busy'], { until: 'dial1_answered' })).toBe('retry in 60s, busy');
  });
});

describe('an attempt whose ringing is uncertain', () => {
  it('is not dialled again', () => {
    expect(decided(['unknown'])).toBe('unknown');
  });

  it('is dialled again if the policy allows it, and uses up a retry', () => {
    expect(decided(['unknown'], { retryUnknown: true })).toBe('retry in 60s, unknown');
    expect(decided(['unknown', 'unknown', 'unknown'], { retryUnknown: true })).toBe('retries_used_up');
  });

  it('is never dialled again once dial1 had answered', () => {
    const [attempt] = history(['unknown'], 0);
    const reached = { ...(attempt as EndedAttempt), dial1Answered: true };
    const question = { policy: policyOf({ retryUnknown: true }), history: [reached], now: 0 };
    expect(decideRetry(question)).toEqual({ type: 'stop', reason: 'unknown' });
  });
});

describe('the network’s own budget', () => {
  const budget = (networkBudget: Partial<RetryPolicy['networkBudget']>) => ({
    networkBudget: { maxRetries: 5, windowSeconds: 1_800, delaySeconds: 15, ...networkBudget },
  });
  const faults = (n: number): Disposition[] => Array.from({ length: n }, () => 'congestion');

  it('is five tries', () => {
    expect(decided(faults(5), budget({}))).toMatch(/^retry/);
    expect(decided(faults(6), budget({}))).toBe('network_budget_used_up');
  });

  it('is half an hour', () => {
    // Two faults a minute apart, the next try 30 s after the second: 90 s from the first, and a jitter of up to 3 s.
    expect(decided(faults(2), budget({ windowSeconds: 94 }))).toMatch(/^retry/);
    expect(decided(faults(2), budget({ windowSeconds: 89 }))).toBe('network_budget_used_up');
  });

  it('waits longer after each fault', () => {
    const seconds = (n: number) => Number(/retry in ([0-9.]+)s/.exec(decided(faults(n), budget({})))?.[1]);
    expect(seconds(1)).toBeGreaterThanOrEqual(15);
    expect(seconds(1)).toBeLessThan(16.5);
    expect(seconds(3)).toBeGreaterThanOrEqual(45);
    expect(seconds(3)).toBeLessThan(49.5);
  });

  it('is each run’s own: faults before the last contact do not count', () => {
    expect(decided([...faults(5), 'busy', 'congestion'], budget({}))).toMatch(/^retry in 1[56]/);
  });

  it('is empty when it allows no retries', () => {
    expect(decided(['congestion'], budget({ maxRetries: 0 }))).toBe('network_budget_used_up');
  });
});

describe('the clock', () => {
  const decide = (endedAt: number, now: number, expiresAt?: number) =>
    decideRetry({ policy: policyOf(), history: history(['busy'], endedAt), now, expiresAt });

  it('counts the delay from the end of the attempt, not from now', () => {
    expect(decide(1_000_000, 1_020_000)).toEqual({ type: 'retry', at: 1_060_000, reason: 'busy' });
  });

  it('never dials in the past', () => {
    expect(decide(1_000_000, 9_000_000)).toEqual({ type: 'retry', at: 9_000_000, reason: 'busy' });
  });

  it('stops when the retry would come after the call’s time', () => {
    expect(decide(1_000_000, 1_000_000, 1_060_000)).toMatchObject({ type: 'retry' });
    expect(decide(1_000_000, 1_000_000, 1_059_999)).toEqual({ type: 'stop', reason: 'expired' });
  });
});

describe('jitter', () => {
  it('is the same for the same attempt, and different for most others', () => {
    const all = Array.from({ length: 100 }, (_, i) => jitterMs(attemptId(i), 60_000));
    expect(all).toEqual(Array.from({ length: 100 }, (_, i) => jitterMs(attemptId(i), 60_000)));
    expect(new Set(all).size).toBeGreaterThan(90);
  });
});

describe('a decision', () => {
  it('without any attempt is a bug', () => {
    expect(() => decideRetry({ policy: policyOf(), history: [], now: 0 })).toThrow(RangeError);
  });
});

describe('a retry policy', () => {
  it('has defaults for all but its two numbers', () => {
    expect(RetryPolicy.parse({ maxRetries: 3, delaySeconds: 60 })).toEqual({
      maxRetries: 3,
      delaySeconds: 60,
      perDisposition: {},
      until: 'connected',
      networkBudget: { maxRetries: 5, windowSeconds: 1_800, delaySeconds: 15 },
      retryUnknown: false,
    });
  });

  it.each([
    ['no numbers', {}],
    ['a negative count', { maxRetries: -1, delaySeconds: 60 }],
    ['half a retry', { maxRetries: 0.5, delaySeconds: 60 }],
    ['too many', { maxRetries: 101, delaySeconds: 60 }],
    ['too long', { maxRetries: 1, delaySeconds: 30 * 86_400 + 1 }],
    ['a number written as text', { maxRetries: '1', delaySeconds: 60 }],
    ['a disposition that is not contact', { maxRetries: 1, delaySeconds: 60, perDisposition: { congestion: {} } }],
    ['an unknown growth', { maxRetries: 1, delaySeconds: 60, perDisposition: { busy: { backoff: 'cubic' } } }],
    ['a misspelt field', { maxRetries: 1, delaySecond: 60 }],
  ])('refuses %s', (_what, policy) => {
    expect(RetryPolicy.safeParse(policy).success).toBe(false);
  });
});
