import { describe, expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { goodV1Call as good, v1ErrorsOf, v1RequestOf } from '../../testing/v1-request.ts';

describe('the retry policy', () => {
  test.each([
    [{ maxRetries: 101 }, '/retryPolicy/maxRetries', 'must be a whole number from 0 to 100'],
    [{ maxRetries: -1 }, '/retryPolicy/maxRetries', 'must be a whole number from 0 to 100'],
    [{ delaySeconds: 2_592_001 }, '/retryPolicy/delaySeconds', 'must be a whole number from 0 to 2592000'],
    [{ until: 'never' }, '/retryPolicy/until', 'must be one of connected, dial1_answered'],
    [{ retryUnknown: 'yes' }, '/retryPolicy/retryUnknown', 'must be true or false'],
    [
      { perDisposition: { congestion: {} } },
      '/retryPolicy/perDisposition/congestion',
      'is not a known field: there are no_answer, busy, rejected, unreachable, machine, dial1_hung_up',
    ],
    [
      { perDisposition: { busy: { backoff: 'wild' } } },
      '/retryPolicy/perDisposition/busy/backoff',
      'must be one of fixed, linear, exponential',
    ],
    [
      { networkBudget: { windowSeconds: 86_401 } },
      '/retryPolicy/networkBudget/windowSeconds',
      'must be a whole number from 0 to 86400',
    ],
    [{ tries: 1 }, '/retryPolicy/tries', 'is not a known field'],
  ])('%j', (retryPolicy, field, message) => {
    expect(v1ErrorsOf({ ...good, retryPolicy })).toEqual({ [field]: message });
  });

  it('changes the named fields at every depth, and keeps the rest', () => {
    const { retryPolicy } = v1RequestOf({
      ...good,
      retryPolicy: { networkBudget: { maxRetries: 1 }, until: 'dial1_answered' },
    });
    expect(retryPolicy).toEqual({
      ...acme.defaults.retryPolicy,
      until: 'dial1_answered',
      networkBudget: { ...acme.defaults.retryPolicy.networkBudget, maxRetries: 1 },
    });
  });
});
