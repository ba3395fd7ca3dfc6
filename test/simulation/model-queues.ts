import type { DialOrder, Queues, ResultsJob, Workers } from '@redial/queue';
import type { Actor, Agenda } from './agenda.ts';
import type { Books } from './books.ts';
import { createModelQueue, type ModelQueue } from './model-queue.ts';
import type { Mutant } from './mutants.ts';
import { portOf } from './port-of.ts';
import type { Random } from './random.ts';
import type { Redis } from './redis.ts';

export interface ModelQueues {
  queuesFor(process: Actor): Queues;
  workersFor(process: Actor): Workers;
  readonly dial: ModelQueue<DialOrder>;
  readonly results: ModelQueue<ResultsJob>;
}

export function createModelQueues(
  agenda: Agenda,
  random: Random,
  redis: Redis,
  books: Books,
  mutant: Mutant | undefined,
): ModelQueues {
  const dial = createModelQueue<DialOrder>(agenda, random, redis);
  const results = createModelQueue<ResultsJob>(agenda, random, redis, ({ claimedBy }) => claimedBy === undefined);
  return {
    dial,
    results,
    queuesFor: (process) => {
      const ask = <T>(apply: () => T): Promise<T> => redis.ask(process, apply);
      return portOf<Queues>('queues', books, {
        // No queue is paused here.
        paused: () => Promise.resolve([]),
        dial: {
          add: (orders) =>
            ask(() => {
              for (const order of orders) dial.add(order.attemptId, order, order.dueAt);
            }),
          move: (order) => ask(() => dial.move(order.attemptId, order, order.dueAt)),
          remove: (attemptId) => ask(() => dial.remove(attemptId)),
          restore: (order) =>
            ask(() => mutant !== 'the sweeper puts no job back' && dial.restore(order.attemptId, order, order.dueAt)),
        },
        results: { add: (job) => ask(() => results.add(job.attemptId, job, agenda.now)) },
        close: async () => undefined,
      });
    },
    workersFor: (process) =>
      portOf<Workers>('workers', books, {
        dial: (concurrency, handle) => dial.work(process, concurrency, handle),
        results: (concurrency, handle) =>
          results.work(process, concurrency, async (job) => {
            await handle(job);
            return { type: 'done' };
          }),
        deliveries: () => ({ active: 0, drain: async () => undefined }),
      }),
  };
}
