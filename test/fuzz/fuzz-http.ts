import { connect } from 'node:net';
import { type RunningApi, startApi } from '../integration/api/running-api.ts';
import { createRandom } from '../simulation/random.ts';
import { startTestRedis } from '../support/redis.ts';
import { vendorTenantOfOneTrunk } from '../support/vendors.ts';
import { createTally, type Effort, type Fuzzed, shown } from './fuzzed.ts';
import { anyRequest, type HttpInput } from './http-requests.ts';
import { type Keys, nextMonth, type Server } from './http-routes.ts';
import { createMemoryProbe } from './memory.ts';
import { createMemoryWatch } from './memory-watch.ts';
import { startOpsProcess } from './ops-processes.ts';
import { mayHavePlaced } from './placed-calls.ts';

const atOnce = 64;
/** The limit for any answer. Clients that wait for a call are not waited for. */
const answeredWithinMs = 20_000;
/** The time for an incomplete request. Then its client disconnects. */
const patienceMs = 300;
/** Beyond this size a server may end the connection without an answer. */
const heardEnoughBytes = 16_000;
/** These are not in the documents: 500, 502 and 504. */
const allowed5xx = new Set([501, 503]);
/** 64 requests of up to 4 MB each, unpacked and parsed. An idle process of Redial takes a quarter of it. */
const memoryBounds = { peakMbMax: 500, growthMbMax: 2 };

interface Answered {
  readonly status: number;
  readonly body: string;
}

/**
 * Every address of the API, and of the ops servers of the other two processes, with requests of all kinds, byte by
 * byte. The processes live on, answer in time, never with an internal error, and keep nothing. No call exists that was
 * not answered as accepted.
 */
export async function fuzzHttp({ seed, forMs }: Effort): Promise<Fuzzed> {
  const random = createRandom(seed);
  const tally = createTally();
  const redis = await startTestRedis();
  const probe = createMemoryProbe();
  const api = await startApi({
    redisUrl: redis.url,
    tenant: { ...vendorTenantOfOneTrunk, quotas: { requestsPerMinute: 1_000_000 } },
    env: probe.env,
  });
  const startOps = (kind: 'dialer' | 'results') =>
    startOpsProcess(kind, { redisUrl: redis.url, configurationFile: api.configurationFile, env: probe.env });
  const ops = await Promise.all([startOps('dialer'), startOps('results')]);
  const servers = new Map<Server, Pick<RunningApi, 'url' | 'pid' | 'log'>>([
    ['api', api],
    ...ops.map((each) => [each.kind, each] as const),
  ]);
  const watches = [...servers].map(([name, { pid }]) =>
    createMemoryWatch({ name, read: () => probe.read(pid), ...memoryBounds }),
  );
  const urlOf = (at: Server) => servers.get(at)?.url ?? '';
  try {
    const first = await api.send('POST', '/v1/calls', { dial1: '1001', dial2: '1002', notBefore: nextMonth });
    const keys: Keys = { apiKey: api.acmeKey, admin: api.admin, ids: [first.body.id, first.body.nextAttempt.id] };
    let calls = await countCalls(api);
    const until = Date.now() + forMs;
    let isGone = false;
    while (Date.now() < until && !isGone) {
      const inputs = Array.from({ length: atOnce }, () => anyRequest(random, keys));
      const answers = await Promise.all(inputs.map((input) => send(urlOf(input.at), input.bytes)));
      tally.inputs += inputs.length;
      let accepted = 0;
      for (const [n, input] of inputs.entries()) accepted += judge(input, answers[n], tally.meet, tally.fault);
      const now = await countCalls(api);
      if (now - calls > accepted)
        tally.fault(
          `${now - calls} calls were written, ${accepted} accepted: ${inputs.map(({ bytes }) => shown(bytes)).join('\n')}`,
          'calls that were not accepted',
        );
      calls = now;
      for (const [name, { url, log }] of servers) {
        const alive = await fetch(`${url}/livez`).catch(() => undefined);
        isGone ||= alive?.status !== 200;
        if (alive?.status !== 200)
          tally.fault(`the ${name} is gone after ${inputs.map(({ bytes }) => shown(bytes)).join('\n')}\n${log()}`);
      }
      await Promise.all(watches.map((watch) => watch.look()));
    }
    for (const [n, name] of [...servers.keys()].entries()) {
      const { figures = {}, fault } = watches[n] ?? {};
      tally.measure(name, figures);
      const leak = fault?.();
      if (leak !== undefined) tally.fault(leak);
    }
  } finally {
    await Promise.all(ops.map((each) => each.stop()));
    await api.stop();
    await redis.stop();
    probe.remove();
  }
  return tally;
}

/** Returns how many calls it may have accepted. */
function judge(
  { bytes, route, isSound }: HttpInput,
  answered: Answered | undefined,
  meet: (what: string | number) => void,
  fault: (what: string, kind: string) => void,
): number {
  if (answered === undefined) {
    fault(`${route} was not answered within ${answeredWithinMs} ms: ${shown(bytes)}`, `${route} unanswered`);
    return Number.POSITIVE_INFINITY;
  }
  const { status, body } = answered;
  meet(status);
  if (status === 0 && isWhole(bytes) && bytes.length < heardEnoughBytes)
    fault(`${route} was hung up on: ${shown(bytes)}`, `${route} hung up`);
  if (status >= 500 && !allowed5xx.has(status))
    fault(`${route} was answered ${status}: ${shown(bytes)}\n${body.slice(0, 300)}`, `${route} ${status}`);
  if (isSound && status >= 500 && !route.includes('/readyz'))
    fault(`${route} was answered ${status}: ${shown(bytes)}`, `${route} ${status}`);
  // The body of an internal error for a vendor whose clients read only the body of a 200.
  if (body.includes('Requested operation failed')) fault(`${route} failed: ${shown(bytes)}`, `${route} failed`);
  const placed = mayHavePlaced(bytes, status, body);
  if (placed > 0) meet(status === 0 ? 'unheard at a placing address' : 'placed');
  return placed;
}

async function countCalls({ redis, prefix }: RunningApi): Promise<number> {
  return redis.zcard(`${prefix}:calls:acme`);
}

/** Resolves with status 0 if the connection ended without an answer, and with undefined if nothing came in time. */
function send(url: string, bytes: Buffer): Promise<Answered | undefined> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    const chunks: Buffer[] = [];
    const timer = setTimeout(() => {
      resolve(undefined);
      socket.destroy();
    }, answeredWithinMs);
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      // Does not wait for the end of a connection that is kept alive.
      if (/^http\/1\.1 [0-9]+ [^\r]*\r\n(.+\r\n)*connection: keep-alive\r\n/i.test(chunk.toString('latin1')))
        socket.end();
    });
    socket.on('error', () => undefined);
    const leaving = isWhole(bytes) ? undefined : setTimeout(() => socket.end(), patienceMs);
    socket.on('close', () => {
      clearTimeout(timer);
      clearTimeout(leaving);
      const text = Buffer.concat(chunks).toString('latin1');
      const status = Number(/^HTTP\/1\.1 ([0-9]{3})/.exec(text)?.[1] ?? 0);
      resolve({ status, body: text.slice(text.indexOf('\r\n\r\n') + 4) });
    });
    socket.write(bytes);
  });
}

/** Whether it states its length and has that length: then it must be answered. */
function isWhole(bytes: Buffer): boolean {
  const headEnd = bytes.indexOf('\r\n\r\n');
  if (headEnd === -1) return false;
  const head = bytes.subarray(0, headEnd).toString('latin1').toLowerCase();
  const lengths = [...head.matchAll(/\r\ncontent-length: *([0-9]+)(?=\r\n|$)/g)].map((found) => Number(found[1]));
  // A request line of two words, or of a version before 1.0, belongs to another protocol. A server may ignore
  // `Upgrade`.
  const isHttp = /^[a-z]+ \S+ http\/1\.[01]\r\n/.test(head) && !/\r\n(transfer-encoding|upgrade|expect):/.test(head);
  return isHttp && lengths.length === 1 && bytes.length - headEnd - 4 === lengths[0];
}
