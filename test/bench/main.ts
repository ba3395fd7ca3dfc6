import { startTestPbx, type TestPbx } from '../support/asterisk.ts';
import { startTestRedis } from '../support/redis.ts';
import { measureAccept } from './accept.ts';
import { measureBytes } from './bytes.ts';
import { measureCredentials } from './credentials.ts';
import { measureDurability } from './durability.ts';
import { measureLateness } from './lateness.ts';
import { measureThroughput } from './throughput.ts';

/**
 * `npm run bench`: Redial beside the tools that it is built on, in one run on one machine, as ratios. Absolute figures
 * depend more on the machine than on Redial. Takes about four minutes, and exits with 1 if a mark is missed. Names of
 * parts after it (`npm run bench -- bytes accept`) run only those.
 */
const marks = { throughput: 0.8, accept: 0.6, lastStartedSeconds: 4, credentials: 0.1 };
/** Targets for later work. A larger figure is reported and is no failure. */
const goals = { waitingCall: 2.0, endedKilobytes: 2.2 };

const parts = { credentials, bytes, accept, durability, lateness, throughput };
type Part = keyof typeof parts;

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !(name in parts));
if (unknown !== undefined) throw new Error(`no part is named ${unknown}: ${Object.keys(parts).join(', ')}`);
const chosen = (asked.length > 0 ? asked : Object.keys(parts)) as Part[];
const needsPbx = chosen.some((name) => name !== 'credentials' && name !== 'bytes');

const redis = await startTestRedis();
let pbx: TestPbx | undefined;
let missed = 0;
try {
  if (needsPbx) pbx = await startTestPbx();
  for (const name of chosen) await parts[name]();
} finally {
  await pbx?.stop();
  await redis.stop();
}
process.exitCode = missed === 0 ? 0 : 1;

function credentials(): void {
  console.log('Credentials: the time that wrong ones take, beside right ones, among 50 tenants');
  for (const { dialect, ratios } of measureCredentials(50)) {
    for (const [wrong, ratio] of Object.entries(ratios)) {
      const isAlike = Math.abs(ratio - 1) <= marks.credentials;
      decision(`${dialect}, ${wrong} / right`, ratio, isAlike, `mark 1 ± ${marks.credentials}`);
    }
  }
}

async function bytes(): Promise<void> {
  console.log('Bytes: memory of Redis, 20,000 calls of each kind');
  const { rawJob, waitingCall, endedCall, endedByKind } = await measureBytes(redis.url, 20_000);
  console.log(`  a raw delayed job ${rawJob.toFixed(0)} B, a waiting call with its job ${waitingCall.toFixed(0)} B`);
  console.log(`  waiting call / raw job: ${(waitingCall / rawJob).toFixed(2)} (goal ${goals.waitingCall})`);
  console.log(`  ended call: ${(endedCall / 1_000).toFixed(2)} KB (goal ${goals.endedKilobytes})`);
  const kinds = Object.entries(endedByKind).toSorted(([, a], [, b]) => b - a);
  console.log(`  of an ended call: ${kinds.map(([kind, size]) => `${kind} ${size.toFixed(0)} B`).join(', ')}`);
}

async function accept(): Promise<void> {
  console.log('Accept: POST /v1/calls/batch beside bare addBulk, 10 × 1,000 calls');
  const { ratio } = await measureAccept(redis.url, started().asterisk.ami, 10, 5);
  decision('batch accept / addBulk', ratio, ratio >= marks.accept, `mark ${marks.accept}`);
}

async function durability(): Promise<void> {
  console.log('Durability: single POST /v1/calls from 64 clients at once, beside a Redis that may forget');
  for (const { mode, ratio, waitRatio } of await measureDurability(started().asterisk.ami, 64, 1_500, 8)) {
    console.log(`  ${mode}: ${ratio.toFixed(2)} of the calls per second, ${waitRatio.toFixed(1)} × the wait`);
  }
}

async function lateness(): Promise<void> {
  console.log('Lateness: 1,000 calls due at one instant, 300 calls/s');
  const late = await measureLateness(started(), redis.url, 1_000, 300);
  console.log(`  p50 ${late.p50.toFixed(2)} s, p99 ${late.p99.toFixed(2)} s`);
  const isReached = late.last <= marks.lastStartedSeconds;
  decision('last of 1,000 started after, in seconds', late.last, isReached, `mark ${marks.lastStartedSeconds}`);
}

async function throughput(): Promise<void> {
  console.log('Throughput: two-leg calls on real Asterisk, Redial beside a bare AMI client');
  const { ratio } = await measureThroughput(started(), redis.url, 2_000, 3);
  const isReached = ratio >= marks.throughput;
  decision('calls per second, Redial / bare AMI', ratio, isReached, `mark ${marks.throughput}`);
}

function started(): TestPbx {
  if (pbx === undefined) throw new Error('the PBX has not been started');
  return pbx;
}

function decision(what: string, figure: number, reached: boolean, mark: string): void {
  console.log(`${reached ? 'reached' : 'MISSED '}  ${what}: ${figure.toFixed(2)} (${mark})`);
  if (!reached) missed++;
}
