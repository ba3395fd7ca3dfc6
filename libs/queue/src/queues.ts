import type { AttemptId } from '@redial/call';
import type { QueueName } from './catalogue.ts';
import type { DeliveryJob, DialJob, ResultsJob } from './jobs.ts';

export interface DialOrder extends DialJob {
  readonly dueAt: number;
  readonly priority: number;
}

/** The result of a `dial` job's handler. */
export type DialDecision =
  /** The attempt was dialled, or there is nothing (more) to dial; kept with the job for the dashboard. */
  | { readonly type: 'done'; readonly note: string }
  /** Not now: the job sleeps until `at`. Uses up nothing. */
  | { readonly type: 'later'; readonly at: number; readonly note: string };

/** The result of a `deliveries` job's handler. */
export type DeliveryDecision =
  | { readonly type: 'done' }
  /** Try again after `afterMs`. */
  | { readonly type: 'again'; readonly afterMs: number; readonly error: string }
  /** Out of tries; the job is kept as failed. */
  | { readonly type: 'dead'; readonly error: string };

/** Producers. Every method rejects at once while Redis is down: nothing is kept in memory. */
export interface Queues {
  readonly dial: {
    /** Adds jobs. An existing job with the same id is left unchanged. */
    add(orders: readonly DialOrder[]): Promise<void>;
    /**
     * Moves a sleeping job, and adds it if the queue has lost it. An active job is left to its dialer, which reads the
     * record.
     */
    move(order: DialOrder): Promise<void>;
    remove(attemptId: AttemptId): Promise<void>;
    /** For the sweeper: makes sure that a planned attempt has a job that will run. True if it was added. */
    restore(order: DialOrder): Promise<boolean>;
  };
  readonly results: { add(job: ResultsJob): Promise<void> };
  readonly deliveries: { add(job: DeliveryJob): Promise<void>; restore(job: DeliveryJob): Promise<boolean> };
  /** Queues that are paused: no job is taken from them, for any tenant, until they are resumed. One round trip. */
  paused(): Promise<readonly QueueName[]>;
  /** BullMQ's own objects, for the dashboard alone. */
  readonly native: readonly unknown[];
  close(): Promise<void>;
}

export interface QueueWorker {
  /** Takes no more jobs, waits for those in progress (at most `graceMs`), then closes. */
  drain(graceMs: number): Promise<void>;
  readonly active: number;
}

export interface Workers {
  dial(concurrency: number, handle: (job: DialJob) => Promise<DialDecision>): QueueWorker;
  results(concurrency: number, handle: (job: ResultsJob) => Promise<void>): QueueWorker;
  deliveries(concurrency: number, handle: (job: DeliveryJob) => Promise<DeliveryDecision>): QueueWorker;
}
