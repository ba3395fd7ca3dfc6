import { type BackOff, backOffMs, maskText, type Redis } from '@redial/platform';
import { DelayedError, type Job, UnrecoverableError, Worker, type WorkerOptions } from 'bullmq';
import { catalogue, fromJob, type QueueName } from './catalogue.ts';
import type { QueueWorker, Workers } from './queues.ts';

export interface WorkersOptions {
  /** A connection of role `worker`. BullMQ makes a second one of it for each worker, to wait on. Its creator closes it. */
  readonly connection: Redis;
  /** The hash tag that store and queues share. Default `{redial}`. */
  readonly prefix?: string;
  /** A handler threw, a job was refused, or Redis could not be reached. For the log: the job is run again or put back. */
  readonly onError?: (error: Error, where: { readonly queue: QueueName; readonly jobId?: string }) => void;
  /** How long a job of a killed process stays untouched at most; a living one renews its lock at half of it. Default 20 s. */
  readonly lockDurationMs?: number;
  /** How often the jobs of killed processes are looked for. Default: half of `lockDurationMs`. */
  readonly stalledIntervalMs?: number;
}

/** How often the job of a dying process is started anew, before it is left to the sweeper. The claim makes each harmless. */
const stalledMax = 10;
/**
 * BullMQ's worker fetches one job after the other until it is full, and only then begins with the first: a thousand calls due at one
 * instant would start a second late. So the concurrency is shared out among workers of at most so many jobs, side by side.
 */
const jobsPerWorkerMax = 50;
/** After a lost connection. */
const retryMs = 1_000;
/** How long a `results` job that failed waits. */
const failingResults: BackOff = { firstMs: 1_000, maxMs: 60_000 };

/** What the dashboard keeps. BullMQ's own repetitions are off, so a job that is kept is history, and nothing depends on it. */
const kept: Readonly<Record<QueueName, Pick<WorkerOptions, 'removeOnComplete' | 'removeOnFail'>>> = {
  dial: { removeOnComplete: { age: 86_400, count: 2_000 }, removeOnFail: { age: 7 * 86_400, count: 5_000 } },
  // A kept job would swallow the report of a later observer, and Redis may have forgotten the claim or the end that it was about.
  // A second report does no harm: settling reads the records and finds nothing to do.
  results: { removeOnComplete: { count: 0 }, removeOnFail: { age: 7 * 86_400, count: 5_000 } },
  deliveries: { removeOnComplete: { age: 3_600, count: 1_000 }, removeOnFail: { age: 30 * 86_400, count: 10_000 } },
};

export function createWorkers(options: WorkersOptions): Workers {
  const { connection, prefix = '{redial}', onError, lockDurationMs = 20_000 } = options;
  const { stalledIntervalMs = lockDurationMs / 2 } = options;

  /** What a handler's decision comes to: a value to keep with the job, or one of BullMQ's errors. */
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

/** The concurrency, in as few and as even parts as `jobsPerWorkerMax` allows. */
export function shares(concurrency: number): number[] {
  const parts = Math.ceil(concurrency / jobsPerWorkerMax);
  return Array.from({ length: parts }, (_, i) => Math.floor((concurrency + i) / parts));
}

/** Puts the job to sleep; the note is what the dashboard shows meanwhile. Uses up none of BullMQ's attempts. */
async function sleep(job: Job, token: string, until: number, note: string): Promise<never> {
  // One round trip for both.
  await Promise.all([job.updateProgress(maskText(note)), job.moveToDelayed(until, token)]);
  throw new DelayedError();
}

/** What a failed job shows of its error: kind and message, no stack (which quotes the message) and no phone number. */
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
 * Jobs that are not done in time are dropped: their locks are no longer renewed, and another process starts them anew, or this
 * one after its restart.
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
    // A job that was fetched in the moment of pausing is still waited for by a close that is not forced.
    const close = (force: boolean) => Promise.all(workers.map((worker) => worker.close(force)));
    // Without Redis no job was fetched, and a close that waits for its answer would wait for all of the grace.
    if (idle !== 'late' && isRedisThere()) await Promise.race([close(false), graceOver]);
    else await close(true);
  } finally {
    clearTimeout(timer);
  }
}
