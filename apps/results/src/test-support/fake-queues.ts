import type { AttemptId } from '@redial/call';
import type { DeliveryDecision, DeliveryJob, DialOrder, Queues, QueueWorker, ResultsJob, Workers } from '@redial/queue';
import { portOf } from './port-of.ts';

/** The queues as the results process sees them. What is added is kept; `results` and `deliveries` jobs come when a test says so. */
export interface FakeQueues {
  readonly queues: Queues;
  readonly workers: Workers;
  readonly dial: DialOrder[];
  readonly moved: DialOrder[];
  readonly results: ResultsJob[];
  readonly deliveries: DeliveryJob[];
  /** Ids of jobs that are turned away. */
  readonly refused: Set<string>;
  /** So many of the next results are turned away: Redis is gone. */
  rejectResults: number;
  /** Runs a job as its worker would. */
  settle(job: ResultsJob): Promise<void>;
  deliver(job: DeliveryJob): Promise<DeliveryDecision>;
  readonly drained: string[];
}

export function fakeQueues(): FakeQueues {
  let settle: ((job: ResultsJob) => Promise<void>) | undefined;
  let deliver: ((job: DeliveryJob, tries: number) => Promise<DeliveryDecision>) | undefined;
  const worker = (name: string): QueueWorker => ({ active: 0, drain: async () => void fake.drained.push(name) });
  const put = <T>(jobs: T[], id: (job: T) => string, job: T): boolean => {
    if (fake.refused.has(id(job))) throw new Error('Redis is gone');
    if (jobs.some((other) => id(other) === id(job))) return false;
    jobs.push(job);
    return true;
  };
  const idOfAttempt = ({ attemptId }: { readonly attemptId: AttemptId }) => attemptId;
  const idOfDelivery = ({ deliveryId }: DeliveryJob) => deliveryId;

  const fake: FakeQueues = {
    dial: [],
    results: [],
    deliveries: [],
    refused: new Set(),
    rejectResults: 0,
    drained: [],
    moved: [],
    settle: async (job) => settle?.(job),
    deliver: (job) => {
      if (deliver === undefined) throw new Error('nobody works on the deliveries queue');
      return deliver(job, 0);
    },
    queues: portOf<Queues>('queues', {
      dial: portOf<Queues['dial']>('queues.dial', {
        add: async (orders) => {
          for (const order of orders) put(fake.dial, idOfAttempt, order);
        },
        move: async (order) => void fake.moved.push(order),
        restore: async (order) => put(fake.dial, idOfAttempt, order),
      }),
      results: {
        add: async (job) => {
          if (fake.rejectResults > 0) {
            fake.rejectResults--;
            throw new Error('Redis is gone');
          }
          put(fake.results, idOfAttempt, job);
        },
      },
      deliveries: {
        add: async (job) => void put(fake.deliveries, idOfDelivery, job),
        restore: async (job) => put(fake.deliveries, idOfDelivery, job),
      },
      close: async () => void fake.drained.push('queues'),
    }),
    workers: portOf<Workers>('workers', {
      results: (_concurrency, handle) => {
        settle = handle;
        return worker('results');
      },
      deliveries: (_concurrency, handle) => {
        deliver = handle;
        return worker('deliveries');
      },
    }),
  };
  return fake;
}
