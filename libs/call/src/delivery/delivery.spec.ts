import { describe, expect, it } from 'vitest';
import { attemptId, callId } from '../../testing/builders.ts';
import { createDelivery, type Delivery, stepDelivery } from './delivery.ts';

const at = 10_000_000;
const fresh = createDelivery({ tenantId: 'acme', callId, attemptId: attemptId(2), sink: 'crm', createdAt: at });
const failedOnce: Delivery = { ...fresh, tries: 1, lastTryAt: at, lastError: 'HTTP 500', nextTryAt: at + 5_000 };

describe('a new delivery', () => {
  it('is pending, named after its attempt and its sink, and follows no other', () => {
    expect(fresh).toEqual({
      id: `${attemptId(2)}.crm`,
      tenantId: 'acme',
      callId,
      attemptId: attemptId(2),
      sink: 'crm',
      createdAt: at,
      status: 'pending',
      tries: 0,
    });
  });

  it('follows the delivery of another attempt to the same sink, where the order matters', () => {
    const ordered = createDelivery({ ...fresh, followsAttempt: attemptId(1) });
    expect(ordered.follows).toBe(`${attemptId(1)}.crm`);
  });
});

describe('a delivery’s record', () => {
  it('of a failed try: when, why, and when the next one is', () => {
    const { delivery } = stepDelivery(fresh, {
      type: 'failed',
      at: at + 100,
      tries: 0,
      error: 'HTTP 503',
      retry: { type: 'unlimited' },
    });
    expect(delivery).toEqual({
      ...fresh,
      tries: 1,
      lastTryAt: at + 100,
      lastError: 'HTTP 503',
      nextTryAt: at + 5_100,
    });
  });

  it('of a try that was put off: when it is, and nothing of a try', () => {
    const { delivery } = stepDelivery(failedOnce, { type: 'postponed', at: at + 100, tries: 1, afterMs: 700 });
    expect(delivery).toEqual({ ...failedOnce, nextTryAt: at + 800 });
  });

  it.each([
    ['delivered', { type: 'accepted', at: at + 100 } as const, {}],
    [
      'dead',
      { type: 'failed', at: at + 100, tries: 1, error: 'HTTP 410', retry: { type: 'never' } } as const,
      { lastError: 'HTTP 410' },
    ],
  ] as const)('when it is %s: the last try, and no next one', (status, signal, more) => {
    const { nextTryAt: _over, ...rest } = failedOnce;
    const { delivery } = stepDelivery(failedOnce, signal);
    expect(delivery).toEqual({ ...rest, status, tries: 2, lastTryAt: at + 100, ...more });
  });

  it('of a resend: the schedule starts again, and the last error stays', () => {
    const dead: Delivery = { ...fresh, status: 'dead', tries: 10, lastTryAt: at, lastError: 'HTTP 500' };
    const { delivery } = stepDelivery(dead, { type: 'resend' });
    expect(delivery).toEqual({ ...dead, status: 'pending', tries: 0 });
  });
});
