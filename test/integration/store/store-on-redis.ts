import {
  type Acceptance,
  type AttemptRecord,
  acceptCall,
  type Call,
  type CallId,
  type CallRequest,
  type Delivery,
  isPlanned,
  stepCall,
} from '@redial/call';
import { connectRedis, createIds, type Redis, redisReady } from '@redial/platform';
import { createStore, type Store, type StoreOptions, type Versioned } from '@redial/store';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { startTestRedis, type TestRedis, type TestRedisOptions } from '../../support/redis.ts';

const made = createIds();
/** Without an argument, the attempt belongs to a call of its own. */
export const ids = {
  callId: made.callId,
  attemptId: (call = made.callId()) => made.attemptId(call),
};

export const request: CallRequest = {
  dial1: { kind: 'extension', extension: '1001' },
  dial2: { kind: 'number', e164: '27820001234', trunk: 'carrier' },
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

export const noon = Date.UTC(2026, 2, 28, 12);

/** A call as the API accepts it. */
export function newCall(over: Partial<Acceptance> = {}): Call {
  return acceptCall({
    id: ids.callId(),
    attemptId: ids.attemptId(),
    tenantId: 'acme',
    dialect: 'v1',
    reference: 'order-1',
    request,
    at: noon,
    ...over,
  }).call;
}

/** The call as the dialer writes it with the claim, and the attempt's record. */
export function dialed(
  call: Call,
  limits: readonly string[] = ['pbx:main'],
  at = noon,
): { after: Call; attempt: AttemptRecord } {
  if (!isPlanned(call.state)) throw new TypeError('only a planned call can be dialled');
  const { attemptId, attemptNumber, dueAt } = call.state;
  return {
    after: stepCall(call, { type: 'dial', attemptId, at }).call,
    attempt: {
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
      pbxStartedAt: 'boot-1',
      slot: 7,
      limits,
      legLimits: { dial1: [], dial2: [] },
      claimedBy: 'run.1',
      originatedAt: at,
    },
  };
}

/** The ids of calls that were due before `before`, on one page. */
export async function overdue(store: Store, before: number, limit = 10): Promise<CallId[]> {
  return (await store.overduePage(before, limit)).calls.map(({ id }) => id);
}

/** A call that was written to the store and read from it. */
export async function accepted(store: Store, over: Partial<Acceptance> = {}): Promise<Versioned<Call>> {
  const call = newCall(over);
  await store.acceptCalls([call]);
  return await read(store, call);
}

export async function read(store: Store, call: Pick<Call, 'id'>): Promise<Versioned<Call>> {
  const found = await store.readCall(call.id);
  if (found === undefined) throw new Error(`no call ${call.id}`);
  return found;
}

/** A delivery as settling writes it. */
export function newDelivery(over: Partial<Delivery> = {}): Delivery {
  const attemptId = ids.attemptId();
  return {
    id: `${attemptId}.crm`,
    tenantId: 'acme',
    callId: ids.callId(),
    attemptId,
    sink: 'crm',
    status: 'pending',
    createdAt: noon,
    tries: 0,
    ...over,
  };
}

export interface StoreOnRedis {
  readonly server: TestRedis;
  /** A store of this test only: with its own keys and connections. */
  open(options?: Partial<StoreOptions>): Promise<Store>;
  /** A plain connection, to read the keys. */
  readonly redis: Redis;
  readonly prefix: string;
}

let prefixes = 0;

/** One Redis for the file, and one prefix for each test. Everything that a test opens is closed after it. */
export function useStoreOnRedis(redisOptions: TestRedisOptions = {}): StoreOnRedis {
  let server: TestRedis | undefined;
  let bare: Redis | undefined;
  let stores: Store[] = [];
  let prefix = '';

  beforeAll(async () => {
    server = await startTestRedis(redisOptions);
    bare = connectRedis({ url: server.url, role: 'store' });
    await redisReady(bare, 10_000);
    prefix = `{test-${++prefixes}}`;
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    stores = [];
    prefix = `{test-${++prefixes}}`;
  });
  afterAll(async () => {
    bare?.disconnect();
    await server?.stop();
  });

  const started = <T>(value: T | undefined): T => {
    if (value === undefined) throw new Error('Redis has not been started yet');
    return value;
  };
  return {
    get server() {
      return started(server);
    },
    get redis() {
      return started(bare);
    },
    get prefix() {
      return prefix;
    },
    async open(options = {}) {
      const { url } = started(server);
      const redis = connectRedis({ url, role: 'store' });
      const subscriber = connectRedis({ url, role: 'subscriber' });
      await Promise.all([redisReady(redis, 10_000), redisReady(subscriber, 10_000)]);
      const store = createStore({ redis, subscriber, prefix, ...options });
      stores.push(store);
      return store;
    },
  };
}
