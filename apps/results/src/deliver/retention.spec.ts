import { retryDelaysMs } from '@redial/call';
import { retentionDaysMin } from '@redial/configuration';
import { retryAfterMaxMs } from '@redial/sinks';
import { expect, it } from 'vitest';

it('a webhook’s last try comes before its CDR may be deleted, even if the receiver requests the longest waits', () => {
  const mostMs = retryDelaysMs.reduce((sum, ms) => sum + 1.1 * Math.max(ms, retryAfterMaxMs), 0);
  expect(mostMs).toBeLessThan(retentionDaysMin * 86_400_000);
});
