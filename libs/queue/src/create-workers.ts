import { type BackOff, backOffMs, maskText, type Redis } from '@redial/platform';
import { DelayedError, type Job, UnrecoverableError, Worker, type WorkerOptions } from 'bullmq';
import { catalogue, fromJob, type QueueName } from './catalogue.ts';
import type { QueueWorker, Workers } from './queues.ts';

export interface WorkersOptions {
  /**
   * A connection of role `worker`. BullMQ makes a second one from it for each worker, to wait on. The caller that made
   * it closes it.
   */
  readonly connection: Redis;
  /** The hash tag that store and queues share. Default `{redial}`. */
  readonly prefix?: string;
  /**
   * A handler threw, a job was refused, or Redis was not reachable. For the log only: the job is run again or put back.
   */
  readonly onError?: (error: Error, where: { readonly queue: QueueName; readonly jobId?: string }) => void;
  /**
   * The longest time for which a job of a killed process stays untouched. A living process renews its lock at half of
   * it. Default 20 s.
   */
  readonly lockDurationMs?: number;
  /** How often jobs of killed processes are searched. Default: half of `lockDurationMs`. */
  readonly stalledIntervalMs?: number;
}

/**
 * How often the job of a dying process is restarted before it is left to the sweeper. The claim makes each restart
 * harmless.
 */
const stalledMax = 10;
/**
 * BullMQ's worker fetches one job after the other until it is full, and only then starts the first. With a thousand
 * calls due at one instant the first would start a second late. So several workers side by side share the concurrency,
 * each with at most this many jobs.
 */
const jobsPerWorkerMax = 50;
/** After a lost connection. */
const retryMs = 1_000;
/** How long a `results` job that failed waits. */
const failingResults: BackOff = { firstMs: 1_000, maxMs: 60_000 };

/**
 * How many jobs the dashboard keeps. BullMQ's own repetitions are off, so a kept job is history, and nothing depends on
 * it.
 */
const kept: Readonly<Record<QueueName, Pick<WorkerOptions, 'removeOnComplete' | 'removeOnFail'>>> = {
  dial: { removeOnComplete: { age: 86_400, count: 2_000 }, removeOnFail: { age: 7 * 86_400, count: 5_000 } },
  // A kept job would block the report of a later observer. Redis may have lost the claim or the end of the first
  // report. A second report does no harm: settling reads the records and finds nothing to do.
  results: { removeOnComplete: { count: 0 }, removeOnFail: { age: 7 * 86_400, count: 5_000 } },
  deliveries: { removeOnComplete: { age: 3_600, count: 1_000 }, removeOnFail: { age: 30 * 86_400, count: 10_000 } },
};

export function createWorkers(options: WorkersOptions): Workers {
  const { connection, prefix = '{redial}', onError, lockDurationMs = 20_000 } = options;
  const { stalledIntervalMs = lockDurationMs / 2 } = options;

  /** The result of a handler: a value to keep with the job, or an error of BullMQ. */
  type Process = (job: Job, token: string) => Promise<string>;

  function start(queue: QueueName, concurrency: number, process: Process): QueueWorker {
    const inFlight = new InFlight();
    const run = async (job: Job, token = ''): Promise<string> => {
      inFlight.begin();
      try {
        return await process(job, token);
      } catch (error) {
        if (error instanceof DelayedError || error instanceof KeptAsFailed) throw error;
        const thrown = error instanceof Error ? error : new Error(String(error));
        onError?.(thrown, { queue, ...(job.id !== undefined && { jobId: job.id }) });
        throw forDashboard(thrown);
      } finally {
        inFlight.end();
      }
    };
    const workers = shares(concurrency).map((share) => {
      const worker = new Worker(queue, run, {
        connection,
        prefix,
        concurrency: share,
        lockDuration: lockDurationMs,
        stalledInterval: stalledIntervalMs,
        maxStalledCount: stalledMax,
        runRetryDelay: retryMs,
        settings: { backoffStrategy: (failures) => backOffMs(failures, failingResults) },
        ...kept[queue],
      });
      worker.on('error', (error) => onError?.(error, { queue }));
      return worker;
    });
    return {
      get active() {
        return inFlight.count;
      },
      drain: (graceMs) => drain(workers, inFlight, graceMs, () => connection.status === 'ready'),
    };
  }

  return {
    dial: (concurrency, handle) =>
      start('dial', concurrency, async (job, token) => {
        const decision = await handle(fromJob(catalogue.dial, job));
        return decision.type === 'done' ? decision.note : sleep(job, token, decision.at, decision.note);
      }),
    results: (concurrency, handle) =>
      start('results', concurrency, async (job) => {
        await handle(fromJob(catalogue.results, job));
        return 'settled';
      }),
    deliveries: (concurrency, handle) =>
      start('deliveries', concurrency, async (job, token) => {
        const decision = await handle(fromJob(catalogue.deliveries, job));
        switch (decision.type) {
          case 'done':
            return 'delivered';
          case 'again':
            return sleep(job, token, Date.now() + decision.afterMs, decision.error);
          case 'dead':
            throw new KeptAsFailed(decision.error);
        }
      }),
  };
}

/** Splits the concurrency into as few and as even parts as `jobsPerWorkerMax` allows. */
export function shares(concurrency: number): number[] {
  const parts = Math.ceil(concurrency / jobsPerWorkerMax);
  return Array.from({ length: parts }, (_, i) => Math.floor((concurrency + i) / parts));
}

/** Puts the job to sleep. The dashboard shows the note meanwhile. Uses up none of BullMQ's attempts. */
async function sleep(job: Job, token: string, until: number, note: string): Promise<never> {
  // One round trip for both.
  await Promise.all([job.updateProgress(maskText(note)), job.moveToDelayed(until, token)]);
  throw new DelayedError();
}

/**
 * What a failed job shows of its error: kind and message, without stack (which quotes the message) and without phone
 * numbers.
 */
function forDashboard(error: Error): Error {
  const message = maskText(error.message);
  if (error instanceof UnrecoverableError) return new KeptAsFailed(message);
  return Object.assign(new Error(message), { stack: `${error.name}: ${message}` });
}

/** Not run again, kept for the dashboard. */
class KeptAsFailed extends UnrecoverableError {
  constructor(reason: string) {
    const message = maskText(reason);
    super(message);
    this.stack = message;
  }
}

/** Counts handlers in progress. */
class InFlight {
  count = 0;
  #whenIdle: (() => void)[] = [];

  begin(): void {
    this.count++;
  }

  end(): void {
    this.count--;
    if (this.count === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  whenIdle(): Promise<void> {
    return this.count === 0 ? Promise.resolve() : new Promise((resolve) => this.#whenIdle.push(resolve));
  }
}

/**
 * Jobs that are not done in time are dropped: their locks are no longer renewed. Another process, or this one after its
 * restart, starts them anew.
 */
async function drain(
  workers: readonly Worker[],
  inFlight: InFlight,
  graceMs: number,
  isRedisThere: () => boolean,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const graceOver = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), graceMs);
  });
  try {
    await Promise.all(workers.map((worker) => worker.pause(true)));
    const idle = await Promise.race([inFlight.whenIdle(), graceOver]);
    // A close that is not forced still waits for a job that was fetched at the moment of pausing.
    const close = (force: boolean) => Promise.all(workers.map((worker) => worker.close(force)));
    // Without Redis no job was fetched, and a close that is not forced would wait for the whole grace.
    if (idle !== 'late' && isRedisThere()) await Promise.race([close(false), graceOver]);
    else await close(true);
  } finally {
    clearTimeout(timer);
  }
}
