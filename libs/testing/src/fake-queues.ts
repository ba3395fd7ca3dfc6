import type { AttemptId } from '@redial/call';
import type {
  DeliveryDecision,
  DeliveryJob,
  DialDecision,
  DialJob,
  DialOrder,
  Queues,
  QueueWorker,
  ResultsJob,
  Workers,
} from '@redial/queue';
import { portOf } from './port-of.ts';

/** The queues as a recorder. Added jobs are kept; a job runs when the test runs it. */
interface FakeQueues {
  readonly queues: Queues;
  readonly workers: Workers;
  readonly dial: DialOrder[];
  readonly moved: DialOrder[];
  readonly results: ResultsJob[];
  readonly deliveries: DeliveryJob[];
  /** Ids of jobs that `add` rejects. */
  readonly refused: Set<string>;
  /** How many of the next results `add` rejects, as if Redis were down. */
  rejectResults: number;
  /** Runs a job as its worker would. */
  run(job: DialJob): Promise<DialDecision>;
  settle(job: ResultsJob): Promise<void>;
  deliver(job: DeliveryJob): Promise<DeliveryDecision>;
  /** The workers that were drained, in order. The queues themselves come last. */
  readonly drained: { readonly name: string; readonly graceMs: number | undefined }[];
}

export function fakeQueues(): FakeQueues {
  let dial: ((job: DialJob) => Promise<DialDecision>) | undefined;
  let settle: ((job: ResultsJob) => Promise<void>) | undefined;
  let deliver: ((job: DeliveryJob, tries: number) => Promise<DeliveryDecision>) | undefined;
  const inFlight = new Set<Promise<DialDecision>>();
  const worker = (name: string): QueueWorker => ({
    active: 0,
    drain: async (graceMs) => void fake.drained.push({ name, graceMs }),
  });
  const put = <T>(jobs: T[], id: (job: T) => string, job: T): boolean => {
    if (fake.refused.has(id(job))) throw new Error('Redis is gone');
    if (jobs.some((other) => id(other) === id(job))) return false;
    jobs.push(job);
    return true;
  };
  const idOfAttempt = ({ attemptId }: { readonly attemptId: AttemptId }) => attemptId;
  const idOfDelivery = ({ deliveryId }: DeliveryJob) => deliveryId;
  const withoutWorker = (queue: string) => new Error(`no worker of the queue ${queue} was started`);

  const fake: FakeQueues = {
    dial: [],
    moved: [],
    results: [],
    deliveries: [],
    refused: new Set(),
    rejectResults: 0,
    drained: [],
    run: (job) => {
      if (dial === undefined) throw withoutWorker('dial');
      const running = dial(job);
      inFlight.add(running);
      void running.finally(() => inFlight.delete(running)).catch(() => undefined);
      return running;
    },
    settle: async (job) => {
      if (settle === undefined) throw withoutWorker('results');
      return settle(job);
    },
    deliver: (job) => {
      if (deliver === undefined) throw withoutWorker('deliveries');
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
      close: async () => void fake.drained.push({ name: 'queues', graceMs: undefined }),
    }),
    workers: portOf<Workers>('workers', {
      dial: (_concurrency, handle) => {
        dial = handle;
        return {
          get active() {
            return inFlight.size;
          },
          drain: async (graceMs) => {
            fake.drained.push({ name: 'dial', graceMs });
            await Promise.allSettled(inFlight);
          },
        };
      },
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
