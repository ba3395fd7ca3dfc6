import type { AttemptId } from '@redial/call';
import { closeRedis, type Redis } from '@redial/platform';
import { Queue } from 'bullmq';
import { catalogue, type JobKind, type QueueName, queueNames, toJob } from './catalogue.ts';
import type { DialOrder, Queues } from './queues.ts';

export interface QueuesOptions {
  /** A connection of role `queue`: it fails at once while Redis is down. */
  readonly connection: Redis;
  /** The hash tag that store and queues share. Default `{redial}`. */
  readonly prefix?: string;
  /** Errors outside of any command, mostly of the connection. */
  readonly onError?: (error: Error, queue: QueueName) => void;
}

/** The most jobs in one write to Redis. */
const addMax = 1_000;
/**
 * A planned attempt whose job sleeps this much longer than it should is lost; neither a gate nor a full limit put it to
 * sleep.
 */
const oversleptMs = 10_000;
/** A job may be taken, promoted or finished between two steps of a move. The move is then repeated, a few times. */
const triesMax = 5;

/** Results are retried without end: nothing may be lost. BullMQ requires a number. */
const forEver = { attempts: 1_000_000, backoff: { type: 'capped' }, stackTraceLimit: 1 } as const;

/** Producers. `close` closes the given connection. */
export function createQueues({ connection, prefix = '{redial}', onError }: QueuesOptions): Queues {
  function open(name: QueueName): Queue {
    const queue = new Queue(name, {
      connection,
      prefix,
      // Without these two, BullMQ queries Redis' version at the start, and a queue made while Redis is down stays
      // broken for ever.
      skipWaitingForReady: true,
      skipVersionCheck: true,
      streams: { events: { maxLen: 1_000 } },
    });
    queue.on('error', (error) => onError?.(error, name));
    return queue;
  }
  const queues = { dial: open('dial'), results: open('results'), deliveries: open('deliveries') };

  /** Makes sure that a job will run: adds it if it is missing or kept as done. True if it was added. */
  async function restore<T>(queue: Queue, kind: JobKind<T>, data: T, options: JobOptions): Promise<boolean> {
    const job = toJob(kind, data);
    const state = await queue.getJobState(job.id);
    if (state !== 'unknown' && state !== 'completed' && state !== 'failed') return false;
    // Another process may restore it at the same moment. An active job is not removed, and an existing one is not added
    // again.
    if (state !== 'unknown') await queue.remove(job.id);
    await queue.add(job.name, job.data, { jobId: job.id, ...options });
    return true;
  }

  async function addDial(orders: readonly DialOrder[]): Promise<void> {
    const now = Date.now();
    for (let from = 0; from < orders.length; from += addMax) {
      await queues.dial.addBulk(
        orders.slice(from, from + addMax).map((order) => {
          const job = toJob(catalogue.dial, dataOf(order));
          return { name: job.name, data: job.data, opts: { jobId: job.id, ...dialOptions(order, now) } };
        }),
      );
    }
  }

  async function moveDial(order: DialOrder): Promise<void> {
    const { attemptId } = order;
    for (let tried = 1; tried <= triesMax; tried++) {
      switch (await queues.dial.getJobState(attemptId)) {
        case 'active':
          return;
        case 'unknown':
          return addDial([order]);
        case 'delayed':
          if (await reschedule(attemptId, order.dueAt)) return;
          break;
        default:
          // Waiting, or kept as done: BullMQ cannot put these to sleep.
          if ((await queues.dial.remove(attemptId)) === 1) return addDial([order]);
      }
    }
    // A dialer took the job each time: it reads the record.
  }

  /** False: the job does not sleep, or no longer. */
  async function reschedule(attemptId: AttemptId, dueAt: number): Promise<boolean> {
    const job = await queues.dial.getJob(attemptId);
    if (job === undefined) return false;
    try {
      await job.changeDelay(delayUntil(dueAt, Date.now()));
      return true;
    } catch (error) {
      if ((await queues.dial.getJobState(attemptId)) === 'delayed') throw error;
      return false;
    }
  }

  async function restoreDial(order: DialOrder): Promise<boolean> {
    if (await restore(queues.dial, catalogue.dial, dataOf(order), dialOptions(order, Date.now()))) return true;
    // If a crash between record and queue loses a move, the job sleeps until its old time.
    const wakesAt = await wakingAt(order.attemptId);
    if (wakesAt === undefined || wakesAt <= Math.max(order.dueAt, Date.now()) + oversleptMs) return false;
    return reschedule(order.attemptId, order.dueAt);
  }

  /**
   * BullMQ has no public way to read this: a job that went to sleep again keeps its first timestamp. The upper bits of
   * the score hold it (getDelayedScore in BullMQ's scripts). `test/integration/queue/producing.spec.ts` checks it.
   */
  async function wakingAt(attemptId: AttemptId): Promise<number | undefined> {
    const score = await connection.zscore(queues.dial.toKey('delayed'), attemptId);
    return score === null ? undefined : Number(score) / 0x1000;
  }

  return {
    dial: {
      add: addDial,
      move: moveDial,
      remove: async (attemptId) => {
        await queues.dial.remove(attemptId);
      },
      restore: restoreDial,
    },
    results: {
      add: async (given) => {
        const { name, data, id } = toJob(catalogue.results, given);
        // One round trip. A job kept as failed (its data was edited) would block every later report.
        const [, state] = await Promise.all([
          queues.results.add(name, data, { jobId: id, ...forEver }),
          queues.results.getJobState(id),
        ]);
        if (state === 'failed') await restore(queues.results, catalogue.results, data, forEver);
      },
    },
    deliveries: {
      add: async (given) => {
        const { name, data, id } = toJob(catalogue.deliveries, given);
        await queues.deliveries.add(name, data, { jobId: id });
      },
      restore: (data) => restore(queues.deliveries, catalogue.deliveries, data, {}),
    },
    paused: async () => {
      const paused = await Promise.all(queueNames.map((name) => queues[name].isPaused()));
      return queueNames.filter((_name, i) => paused[i]);
    },
    native: Object.values(queues),
    close: async () => {
      await Promise.all(Object.values(queues).map((queue) => queue.close()));
      await closeRedis(connection);
    },
  };
}

type JobOptions = { readonly delay?: number; readonly priority?: number } | typeof forEver;

/** Contains no default of BullMQ: each job is written with its options, a thousand at a time. */
function dialOptions({ dueAt, priority }: DialOrder, now: number): JobOptions {
  const delay = delayUntil(dueAt, now);
  return { ...(delay > 0 && { delay }), ...(priority > 0 && { priority }) };
}

function dataOf({ callId, attemptId, maskedDial2 }: DialOrder) {
  return { callId, attemptId, maskedDial2 };
}

function delayUntil(dueAt: number, now: number): number {
  return Math.max(0, dueAt - now);
}
