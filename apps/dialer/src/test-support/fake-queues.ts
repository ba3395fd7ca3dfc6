import type { DialDecision, DialJob, Queues, ResultsJob, Workers } from '@redial/queue';
import { portOf } from './port-of.ts';

/** The queues as the dialer sees them: results go in, `dial` jobs come when a test says so. */
export interface FakeQueues {
  readonly queues: Queues;
  readonly workers: Workers;
  readonly results: ResultsJob[];
  /** So many of the next results are turned away: Redis is gone. */
  rejectResults: number;
  /** Runs a job as the worker would. */
  run(job: DialJob): Promise<DialDecision>;
  readonly drained: number[];
}

export function fakeQueues(): FakeQueues {
  let handle: ((job: DialJob) => Promise<DialDecision>) | undefined;
  const inFlight = new Set<Promise<DialDecision>>();
  const fake: FakeQueues = {
    results: [],
    rejectResults: 0,
    drained: [],
    run: (job) => {
      if (handle === undefined) throw new Error('nobody works on the dial queue');
      const running = handle(job);
      inFlight.add(running);
      void running.finally(() => inFlight.delete(running)).catch(() => undefined);
      return running;
    },
    queues: portOf<Queues>('queues', {
      results: {
        add: async (job) => {
          if (fake.rejectResults > 0) {
            fake.rejectResults--;
            throw new Error('Redis is gone');
          }
          if (!fake.results.some(({ attemptId }) => attemptId === job.attemptId)) fake.results.push(job);
        },
      },
    }),
    workers: portOf<Workers>('workers', {
      dial: (_concurrency, handler) => {
        handle = handler;
        return {
          get active() {
            return inFlight.size;
          },
          drain: async (graceMs) => {
            fake.drained.push(graceMs);
            await Promise.allSettled(inFlight);
          },
        };
      },
    }),
  };
  return fake;
}
