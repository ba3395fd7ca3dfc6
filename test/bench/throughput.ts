import { createIds } from '@redial/platform';
import type { TestPbx } from '../support/asterisk.ts';
import { startRedial } from '../support/redial.ts';
import { dialBare } from './bare-ami-client.ts';
import { median } from './median.ts';

/**
 * Calls per second through Redial, beside a bare AMI client that originates the same calls through the same dialplan on
 * the same Asterisk, in turn. Both keep at most as many Originates unanswered. The time runs from the first Originate
 * to the end of the last call.
 */
export interface Throughput {
  readonly bare: number;
  readonly redial: number;
  readonly ratio: number;
}

const unansweredMax = 60;

export async function measureThroughput(
  pbx: TestPbx,
  redisUrl: string,
  calls: number,
  rounds: number,
): Promise<Throughput> {
  const { ami } = pbx.asterisk;
  const redial = await startRedial({
    redisUrl,
    pbxs: [{ ...ami, name: 'main', maxCallsPerSecond: 1_000 }],
    trunk: { maxCalls: 10_000, maxCallsPerSecond: 1_000 },
    // A hundred phones that accept every call: this measures the dialer, not how busy an agent may be.
    tenant: { paused: false, extensions: { pattern: '1[0-9]{3}', maxCalls: 10_000 } },
    env: { REDIAL_DIALER_CONCURRENCY: String(unansweredMax), REDIAL_LOG_LEVEL: 'warn' },
  });
  const bare: number[] = [];
  const through: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      bare.push(
        calls /
          (await dialBare(
            ami,
            Array.from({ length: calls }, (_, n) => bareCall(n)),
            unansweredMax,
          )),
      );
      const seconds = await dialThroughRedial(redial, calls);
      through.push(calls / seconds);
      console.log(`  round ${round + 1}: bare ${bare.at(-1)?.toFixed(0)}/s, Redial ${through.at(-1)?.toFixed(0)}/s`);
    }
  } finally {
    await redial.stop();
  }
  return {
    bare: median(bare),
    redial: median(through),
    ratio: median(through.map((value, i) => value / (bare[i] as number))),
  };
}

function bareCall(n: number) {
  return {
    attemptId: ids.attemptId(ids.callId()),
    slot: n % 100_000,
    dial1Channel: agentChannel(n),
    dial2Channel: `PJSIP/${customer(n)}@carrier`,
  };
}

const ids = createIds();
const agentChannel = (n: number) => `PJSIP/${agent(n)}`;
const agent = (n: number) => `10${String(n % 100).padStart(2, '0')}`;
/** Answers, and hangs up after a second. */
const customer = (n: number) => `2782006${String(n % 10_000).padStart(4, '0')}`;

/** The calls are accepted first, for one instant in the future: this measures dialling, not accepting. */
async function dialThroughRedial(redial: Awaited<ReturnType<typeof startRedial>>, calls: number): Promise<number> {
  const dueAt = Date.now() + 6_000;
  const before = redial.inbox.size;
  for (let from = 0; from < calls; from += 1_000) {
    const batch = Array.from({ length: Math.min(1_000, calls - from) }, (_, i) => ({
      dial1: agent(from + i),
      dial2: `+${customer(from + i)}`,
      notBefore: new Date(dueAt).toISOString(),
    }));
    const { status, body } = await redial.request('POST', '/v1/calls/batch', { calls: batch });
    if (status >= 300) throw new Error(`batch not accepted: ${status} ${JSON.stringify(body).slice(0, 500)}`);
  }
  const ends = await redial.inbox.whenSize(before + calls, 120_000);
  return (ends - dueAt) / 1000;
}
