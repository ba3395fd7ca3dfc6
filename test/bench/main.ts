import { startTestPbx } from '../support/asterisk.ts';
import { startTestRedis } from '../support/redis.ts';
import { measureAccept } from './accept.ts';
import { measureCredentials } from './credentials.ts';
import { measureDurability } from './durability.ts';
import { measureLateness } from './lateness.ts';
import { measureThroughput } from './throughput.ts';

/**
 * `npm run bench`: Redial beside the bare tools it is built on, in one run on one machine, as ratios; absolute figures say more
 * about the machine than about Redial. Takes about four minutes; exits with 1 where a mark is missed.
 */
const marks = { throughput: 0.8, accept: 0.6, lastStartedSeconds: 4, credentials: 0.1 };

const redis = await startTestRedis();
const pbx = await startTestPbx();
let missed = 0;
try {
  console.log('Credentials: the time that wrong ones take, beside right ones, among 50 tenants');
  for (const { dialect, ratios } of measureCredentials(50)) {
    for (const [wrong, ratio] of Object.entries(ratios)) {
      const isAlike = Math.abs(ratio - 1) <= marks.credentials;
      decision(`${dialect}, ${wrong} / right`, ratio, isAlike, `mark 1 ± ${marks.credentials}`);
    }
  }

  console.log('Accept: POST /v1/calls/batch beside bare addBulk, 10 × 1,000 calls');
  const accept = await measureAccept(redis.url, pbx.asterisk.ami, 10, 5);
  decision('batch accept / addBulk', accept.ratio, accept.ratio >= marks.accept, `mark ${marks.accept}`);

  console.log('Durability: single POST /v1/calls from 64 clients at once, beside a Redis that may forget');
  for (const { mode, ratio, waitRatio } of await measureDurability(pbx.asterisk.ami, 64, 1_500, 8)) {
    console.log(`  ${mode}: ${ratio.toFixed(2)} of the calls per second, ${waitRatio.toFixed(1)} × the wait`);
  }

  console.log('Lateness: 1,000 calls due at one instant, 300 calls/s');
  const late = await measureLateness(pbx, redis.url, 1_000, 300);
  console.log(`  p50 ${late.p50.toFixed(2)} s, p99 ${late.p99.toFixed(2)} s`);
  decision(
    'last of 1,000 started after, in seconds',
    late.last,
    late.last <= marks.lastStartedSeconds,
    `mark ${marks.lastStartedSeconds}`,
  );

  console.log('Throughput: two-leg calls on real Asterisk, Redial beside a bare AMI client');
  const throughput = await measureThroughput(pbx, redis.url, 2_000, 3);
  decision(
    'calls per second, Redial / bare AMI',
    throughput.ratio,
    throughput.ratio >= marks.throughput,
    `mark ${marks.throughput}`,
  );
} finally {
  await pbx.stop();
  await redis.stop();
}
process.exitCode = missed === 0 ? 0 : 1;

function decision(what: string, figure: number, reached: boolean, mark: string): void {
  console.log(`${reached ? 'reached' : 'MISSED '}  ${what}: ${figure.toFixed(2)} (${mark})`);
  if (!reached) missed++;
}
