import type { TestPbx } from '../support/asterisk.ts';
import { startRedial } from '../support/redial.ts';
import { percentile } from './median.ts';

/** Seconds from due to Originate, of calls that are all due at one instant, on a trunk that starts `callsPerSecond`. */
export interface Lateness {
  readonly calls: number;
  readonly p50: number;
  readonly p99: number;
  readonly last: number;
}

export async function measureLateness(
  pbx: TestPbx,
  redisUrl: string,
  calls: number,
  callsPerSecond: number,
): Promise<Lateness> {
  const redial = await startRedial({
    redisUrl,
    pbxs: [{ ...pbx.asterisk.ami, name: 'main', maxCallsPerSecond: callsPerSecond }],
    trunk: { maxCalls: 10_000, maxCallsPerSecond: callsPerSecond },
    // Ten calls share a phone, and all are due at once.
    tenant: { extensions: { pattern: '1[0-9]{3}', maxCalls: 10_000 } },
    env: { REDIAL_LOG_LEVEL: 'warn' },
  });
  try {
    const dueAt = Date.now() + 5_000;
    const { status, body } = await redial.request('POST', '/v1/calls/batch', {
      calls: Array.from({ length: calls }, (_, n) => ({
        // Busy at once: this measures the start, not how many talks this machine can bridge.
        dial1: `12${String(n % 100).padStart(2, '0')}`,
        dial2: `+2782000${String(n).padStart(4, '0')}`,
        notBefore: new Date(dueAt).toISOString(),
      })),
    });
    if (status >= 300) throw new Error(`batch not accepted: ${status} ${JSON.stringify(body).slice(0, 500)}`);
    await redial.inbox.whenSize(calls, 60_000);
    const late = redial.inbox.all().map((cdr) => (Date.parse(cdr.startedAt) - dueAt) / 1000);
    return { calls: late.length, p50: percentile(late, 0.5), p99: percentile(late, 0.99), last: Math.max(...late) };
  } finally {
    await redial.stop();
  }
}
