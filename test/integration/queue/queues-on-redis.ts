import { connectRedis, createIds, type Redis, redisReady } from '@redial/platform';
import {
  createQueues,
  createWorkers,
  type DialJob,
  type DialOrder,
  type Queues,
  type QueueWorker,
  type Workers,
  type WorkersOptions,
} from '@redial/queue';
import { Queue } from 'bullmq';
import { afterAll, afterEach, beforeAll, vi } from 'vitest';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

export const ids = createIds();

export function order(over: Partial<DialOrder> = {}): DialOrder {
  return {
    callId: ids.callId(),
    attemptId: ids.attemptId(ids.callId()),
    maskedDial2: '********234',
    dueAt: Date.now(),
    priority: 0,
    ...over,
  };
}

export const jobOf = ({ callId, attemptId, maskedDial2 }: DialOrder): DialJob => ({ callId, attemptId, maskedDial2 });

/** So far ahead that no test waits for it. */
export const later = (): number => Date.now() + 3_600_000;

/** Polls until the assertions hold. The limit is a safety net for a busy machine, not a promise. */
export function eventually<T>(assertions: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(assertions, 30_000);
}

export interface QueuesOnRedis {
  readonly server: TestRedis;
  readonly prefix: string;
  /** Producers and workers of this test only: with their own keys and connections. */
  queues(onError?: (error: Error) => void): Promise<Queues>;
  workers(options?: Partial<WorkersOptions>): Promise<Workers>;
  /** Ends a worker with the test. */
  running(worker: QueueWorker): QueueWorker;
  /** The queue as BullMQ and the dashboard see it. */
  dashboard(name: 'dial' | 'results' | 'deliveries'): Queue;
}

let prefixes = 0;

/** One Redis for the file, and one prefix for each test. Everything that a test opens is closed after it. */
export function useQueuesOnRedis(): QueuesOnRedis {
  let server: TestRedis | undefined;
  let prefix = '';
  let closing: (() => Promise<unknown>)[] = [];
  const dashboards = new Map<string, Queue>();

  beforeAll(async () => {
    server = await startTestRedis();
    prefix = `{test-${++prefixes}}`;
  });
  afterEach(async () => {
    for (const close of closing.reverse()) await close();
    closing = [];
    prefix = `{test-${++prefixes}}`;
  });
  afterAll(async () => {
    await server?.stop();
  });

  const theServer = (): TestRedis => {
    if (server === undefined) throw new Error('Redis has not been started yet');
    return server;
  };
  const connect = async (role: 'queue' | 'worker'): Promise<Redis> => {
    const connection = connectRedis({ url: theServer().url, role });
    await redisReady(connection, 10_000);
    return connection;
  };

  return {
    get server() {
      return theServer();
    },
    get prefix() {
      return prefix;
    },
    async queues(onError = () => undefined) {
      const queues = createQueues({ connection: await connect('queue'), prefix, onError });
      closing.push(() => queues.close());
      return queues;
    },
    async workers(options = {}) {
      const connection = await connect('worker');
      closing.push(async () => connection.disconnect());
      return createWorkers({ connection, prefix, ...options });
    },
    running(worker) {
      closing.push(() => worker.drain(5_000));
      return worker;
    },
    dashboard(name) {
      const open = dashboards.get(name);
      if (open !== undefined) return open;
      const connection = connectRedis({ url: theServer().url, role: 'worker' });
      const queue = new Queue(name, { connection, prefix });
      dashboards.set(name, queue);
      closing.push(async () => {
        dashboards.delete(name);
        await queue.close();
        connection.disconnect();
      });
      return queue;
    },
  };
}
