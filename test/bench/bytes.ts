import {
  type AttemptRecord,
  acceptCall,
  type CallId,
  type CallRequest,
  cdrOf,
  type Delivery,
  type Evidence,
  isPlanned,
  outcomeOf,
  stepCall,
} from '@redial/call';
import { connectRedis, createIds, type Redis, redisReady } from '@redial/platform';
import { createQueues, dialOrder } from '@redial/queue';
import { createStore, type Store } from '@redial/store';
import { Queue } from 'bullmq';

/** Bytes of memory, as Redis reports them. */
export interface Bytes {
  /** Of a delayed BullMQ job with two ids and a masked number. */
  readonly rawJob: number;
  /** Of a call that waits for its time: record, index entries and job. */
  readonly waitingCall: number;
  /** Of a call that has ended after one attempt whose CDR was delivered: records and index entries. */
  readonly endedCall: number;
  /** The same, by the kind of key. */
  readonly endedByKind: Readonly<Record<string, number>>;
}

const batchSize = 500;
const ids = createIds();

const request: CallRequest = {
  dial1: { kind: 'extension', extension: '1001' },
  dial2: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
  callerId: '27211234567',
  dial1RingTimeoutSeconds: 30,
  dial2RingTimeoutSeconds: 45,
  talkLimitSeconds: 3_600,
  retryPolicy: {
    maxRetries: 3,
    delaySeconds: 300,
    perDisposition: {},
    until: 'connected',
    networkBudget: { maxRetries: 5, windowSeconds: 1_800, delaySeconds: 15 },
    retryUnknown: false,
  },
  variables: {},
  headers: { dial1: {}, dial2: {} },
  priority: 5,
};

/** How much Redis holds for each of `count` jobs and calls. Nothing else may write to this Redis meanwhile. */
export async function measureBytes(redisUrl: string, count: number): Promise<Bytes> {
  const redis = connectRedis({ url: redisUrl, role: 'store' });
  const connection = connectRedis({ url: redisUrl, role: 'queue' });
  await Promise.all([redisReady(redis, 10_000), redisReady(connection, 10_000)]);
  const raw = new Queue('bare', { connection, prefix: '{raw}' });
  const queues = createQueues({ connection, prefix: '{waiting}' });
  const waiting = createStore({ redis, prefix: '{waiting}' });
  const ended = createStore({ redis, prefix: '{ended}' });
  const dueAt = Date.now() + 86_400_000;
  const perItem = async (work: (from: number) => Promise<unknown>): Promise<number> => {
    const before = await usedMemory(redis);
    for (let from = 0; from < count; from += batchSize) await work(from);
    return (await usedMemory(redis)) / count - before / count;
  };
  try {
    const rawJob = await perItem((from) =>
      raw.addBulk(
        Array.from({ length: batchSize }, (_, i) => {
          const callId = ids.callId();
          const attemptId = ids.attemptId(callId);
          const opts = { jobId: attemptId, delay: dueAt + from + i - Date.now(), attempts: 1 };
          return { name: 'dial', data: { callId, attemptId, to: '*********34' }, opts };
        }),
      ),
    );
    const waitingCall = await perItem(async (from) => {
      const calls = Array.from({ length: batchSize }, (_, i) => newCall(from + i, dueAt + from + i));
      await waiting.acceptCalls(calls);
      await queues.dial.add(calls.flatMap((call) => (isPlanned(call.state) ? [dialOrder(call, call.state)] : [])));
    });
    const endedCall = await perItem(async (from) => {
      for (let i = from; i < from + batchSize; i += 50)
        await Promise.all(Array.from({ length: 50 }, (_, n) => endOne(ended, i + n)));
    });
    return { rawJob, waitingCall, endedCall, endedByKind: await bytesByKind(redis, '{ended}', count) };
  } finally {
    await Promise.all([raw.close(), queues.close()]);
    connection.disconnect();
    await Promise.all([waiting.close(), ended.close()]);
  }
}

function newCall(n: number, notBeforeAt: number | undefined) {
  return acceptCall({
    id: ids.callId(),
    attemptId: ids.attemptId(ids.callId()),
    tenantId: 'acme',
    dialect: 'v1',
    reference: `order-${String(n).padStart(7, '0')}`,
    request: {
      ...request,
      dial2: { kind: 'number', e164: `2782${String(n).padStart(7, '0')}`, trunk: 'carrier' },
      ...(notBeforeAt !== undefined && { notBeforeAt }),
    },
    at: Date.now(),
  }).call;
}

/** Accepted, dialled, connected, settled, and its CDR delivered to one webhook. */
async function endOne(store: Store, n: number): Promise<CallId> {
  const call = newCall(n, undefined);
  await store.acceptCalls([call]);
  const before = { value: call, version: 1 };
  if (!isPlanned(call.state)) throw new TypeError('a new call is planned');
  const { attemptId, attemptNumber, dueAt } = call.state;
  const at = Date.now();
  const { call: dialing } = stepCall(call, { type: 'dial', attemptId, at });
  const attempt: AttemptRecord = {
    id: attemptId,
    callId: call.id,
    tenantId: call.tenantId,
    attemptNumber,
    dueAt,
    plan: {
      dial1RingTimeoutMs: 30_000,
      dial2RingTimeoutMs: 45_000,
      talkLimitMs: 3_600_000,
      legs: { dial1: 'extension', dial2: 'trunk' },
    },
    pbx: 'main',
    pbxStartedAt: '2026-03-28 08:00:00',
    slot: n % 100_000,
    limits: ['pbx.main', 'extension.acme.1001', 'trunk.carrier'],
    legLimits: { dial1: ['extension.acme.1001'], dial2: ['trunk.carrier'] },
    originatedAt: at,
    claimedBy: `host-1.4711.${n}`,
    countedOn: '2026-03-28',
  };
  const claimed = await store.claim(before, dialing, attempt);
  if (!claimed.ok) throw new Error('a new call can be claimed');
  const evidence: Evidence = {
    rangAt: at + 500,
    dial1AnsweredAt: at + 4_000,
    dial1Hangup: { cause: 16, at: at + 60_000 },
    dial2Hangup: { cause: 16, sipCode: 200, uniqueId: '1774700000.42', at: at + 60_000 },
    journalEnded: {
      dialStatus: 'ANSWER',
      dial1Cause: 16,
      endedBy: 'dial2',
      talkMs: 50_000,
      dialMs: 56_000,
      ringMs: 5_000,
      answeredAt: at + 4_000,
      endedAt: at + 60_000,
      dial2Cause: 16,
      dial2SipCode: 200,
      dial2Spoke: true,
      dial2UniqueId: '1774700000.42',
      dial2EndedAt: at + 60_000,
    },
  };
  const outcome = outcomeOf(evidence, at + 60_000);
  const { call: after } = stepCall(dialing, {
    type: 'settle',
    attemptId,
    at: at + 60_000,
    outcome,
    nextAttemptId: ids.attemptId(ids.callId()),
  });
  const ended: AttemptRecord = {
    ...attempt,
    ended: { outcome, evidence, settledAt: at + 60_000, reportedBy: 'host-2.4712' },
  };
  const delivery: Delivery = {
    id: `${attemptId}.crm`,
    tenantId: call.tenantId,
    callId: call.id,
    attemptId,
    sink: 'crm',
    status: 'pending',
    createdAt: at,
    tries: 0,
  };
  await store.settle({
    call: { before: { value: dialing, version: claimed.version }, after },
    attempt: { before: { value: attempt, version: 1 }, after: ended },
    cdr: cdrOf(after, ended, outcome, evidence),
    deliveries: [delivery],
  });
  const done: Delivery = { ...delivery, status: 'delivered', tries: 1, lastTryAt: at + 60_500 };
  if (!(await store.writeDelivery(done, delivery))) throw new Error('the delivery has not changed');
  return call.id;
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}

/** Bytes per call of each kind of key (`call`, `attempt`, `calls-by-status` …). */
async function bytesByKind(redis: Redis, prefix: string, count: number): Promise<Record<string, number>> {
  const bytes: Record<string, number> = {};
  let cursor = '0';
  do {
    const [next, found] = await redis.scan(cursor, 'MATCH', `${prefix}:*`, 'COUNT', 1_000);
    cursor = next;
    const sizes = await Promise.all(found.map((key) => redis.memory('USAGE', key, 'SAMPLES', 0)));
    for (const [i, key] of found.entries()) {
      const kind = key.split(':')[1] ?? key;
      bytes[kind] = (bytes[kind] ?? 0) + Number(sizes[i] ?? 0) / count;
    }
  } while (cursor !== '0');
  return bytes;
}
