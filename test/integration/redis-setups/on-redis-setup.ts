import {
  closeRedis,
  connectRedis,
  createIds,
  type Redis,
  type RedisChange,
  type RedisRole,
  redisReady,
} from '@redial/platform';
import { createQueues, createWorkers, type Queues, type Workers } from '@redial/queue';
import { createStore, type DurabilityPolicy, type Store } from '@redial/store';
import { afterEach, beforeEach, expect } from 'vitest';

export const ids = createIds();

/** The longest time until a command works again: a restart, or a failover with its detection. */
export const recovery = { timeout: 30_000, interval: 50 };

export interface OnRedisSetup {
  /** The hash tag of this test's keys. */
  readonly prefix: string;
  /** A connection as the processes make it. `changes`: its reports. */
  connect(role: RedisRole, slotOf?: string): Promise<{ readonly redis: Redis; readonly changes: RedisChange[] }>;
  /** `durability`: the condition of its confirmations. Default: the disk. */
  store(durability?: DurabilityPolicy): Promise<Store>;
  queues(): Promise<Queues>;
  workers(): Promise<Workers>;
  /** Runs after the test, the latest first. */
  afterTest(undo: () => Promise<unknown>): void;
}

/**
 * Store, queues and connections of one set-up. Each test has its own keys, and everything that it opens is closed after
 * it.
 */
export function useRedisSetup(url: () => string): OnRedisSetup {
  let prefix = '';
  let closing: (() => Promise<unknown>)[] = [];
  beforeEach(() => {
    prefix = `{${ids.callId()}}`;
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    closing = [];
  });
  const open = async (role: RedisRole, slotOf = prefix) => {
    const changes: RedisChange[] = [];
    const redis = connectRedis({ url: url(), role, slotOf, onChange: (change) => changes.push(change) });
    await redisReady(redis, 10_000);
    return { redis, changes };
  };
  return {
    get prefix() {
      return prefix;
    },
    async connect(role, slotOf) {
      const opened = await open(role, slotOf);
      closing.push(() => closeRedis(opened.redis));
      return opened;
    },
    async store(durability) {
      const [{ redis }, { redis: subscriber }] = await Promise.all([open('store'), open('subscriber')]);
      const store = createStore({ redis, subscriber, prefix, ...(durability && { durability }) });
      closing.push(() => store.close());
      return store;
    },
    async queues() {
      const queues = createQueues({ connection: (await open('queue')).redis, prefix });
      closing.push(() => queues.close());
      return queues;
    },
    async workers() {
      const { redis: connection } = await open('worker');
      closing.push(() => closeRedis(connection));
      return createWorkers({ connection, prefix });
    },
    afterTest: (undo) => void closing.push(undo),
  };
}

/** The `hints` and `cancels` that the store has received so far. */
export async function hearing(store: Store) {
  const hints: string[] = [];
  const cancels: string[] = [];
  await store.onCallChanged((callId) => hints.push(callId));
  await store.onCancel((pbx, attemptId) => cancels.push(`${pbx} ${attemptId}`));
  return { hints, cancels };
}

/** Exactly one time down, with any number of reasons, each reported once. */
export function expectOneTimeDown(changes: readonly RedisChange[]): void {
  const reasons = changes.flatMap((change) => (change.up ? [] : [change.error]));
  expect(reasons.length).toBeGreaterThan(0);
  expect(new Set(reasons).size).toBe(reasons.length);
  expect(changes).toEqual([{ up: true }, ...reasons.map((error) => ({ up: false, error })), { up: true }]);
}

/** Adds a job that is due now and one that is due in a moment. Both must run. */
export async function expectJobsToRun(queues: Queues, handled: readonly string[]): Promise<void> {
  const orders = [0, 300].map((inMs) => ({
    callId: ids.callId(),
    attemptId: ids.attemptId(ids.callId()),
    maskedDial2: '********234',
    dueAt: Date.now() + inMs,
    priority: 0,
  }));
  await queues.dial.add(orders);
  await expect.poll(() => handled, recovery).toEqual(expect.arrayContaining(orders.map((order) => order.attemptId)));
}

/** The attempt ids of the jobs that a worker handled, in their order. */
export function handling(workers: Workers, { afterTest }: OnRedisSetup): string[] {
  const handled: string[] = [];
  const worker = workers.dial(5, async ({ attemptId }) => {
    handled.push(attemptId);
    return { type: 'done', note: 'seen' };
  });
  afterTest(() => worker.drain(1_000));
  return handled;
}
