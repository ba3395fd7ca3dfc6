import { type Actor, type Agenda, isAwake } from './agenda.ts';
import type { Random } from './random.ts';
import type { Redis } from './redis.ts';

/** The result of a handler for its job. */
export type Decision = { readonly type: 'done' } | { readonly type: 'later'; readonly at: number };

/**
 * BullMQ as libs/queue uses it, with all its faults. A job of a dead worker comes again when its lock has expired. A
 * job of a living worker may still go to another one. A job may be late, and a waiting job may be lost.
 */
export interface ModelQueue<Data> {
  /** Leaves an existing job, or one kept as done, unchanged. */
  add(id: string, data: Data, dueAt: number): void;
  move(id: string, data: Data, dueAt: number): void;
  remove(id: string): void;
  /** Adds it if it is missing or kept, and wakes it if it sleeps too long. */
  restore(id: string, data: Data, dueAt: number): boolean;
  work(
    process: Actor,
    concurrency: number,
    handle: (data: Data) => Promise<Decision>,
  ): { readonly active: number; drain(graceMs: number): Promise<void> };
  /** A waiting job is lost: returns which. */
  loseOne(): string | undefined;
  /** The probability that a job comes a second time while the first run is in progress. */
  twice: number;
  /** Jobs that will run. */
  readonly pending: readonly string[];
}

interface Job<Data> {
  data: Data;
  state: 'waiting' | 'active' | 'kept';
  dueAt: number;
  /** The number of this run: only the last run may decide about the job. */
  token: number;
}

interface Worker<Data> {
  readonly process: Actor;
  readonly concurrency: number;
  readonly handle: (data: Data) => Promise<Decision>;
  active: number;
  isOpen: boolean;
}

const lockMs = { from: 20_000, to: 30_000 };
const oversleptMs = 10_000;
const failedRetryMs = 1_000;

export function createModelQueue<Data>(
  agenda: Agenda,
  random: Random,
  redis: Redis,
  isKeptAsDone: (data: Data) => boolean = () => true,
): ModelQueue<Data> {
  const jobs = new Map<string, Job<Data>>();
  const workers = new Set<Worker<Data>>();

  function wait(id: string, job: Job<Data>, dueAt: number): void {
    job.state = 'waiting';
    job.dueAt = dueAt;
    const token = ++job.token;
    const late = random.chance(0.02) ? random.int(100, 20_000) : 2;
    agenda.at(Math.max(dueAt, agenda.now) + late, undefined, () => take(id, job, token));
  }

  function put(id: string, data: Data, dueAt: number): void {
    const job: Job<Data> = { data, state: 'waiting', dueAt, token: 0 };
    jobs.set(id, job);
    wait(id, job, dueAt);
  }

  function take(id: string, job: Job<Data>, token: number): void {
    if (jobs.get(id) !== job || job.token !== token || job.state !== 'waiting') return;
    if (!hand(id, job)) agenda.after(250, undefined, () => take(id, job, token));
  }

  /** To a worker with free capacity. */
  function hand(id: string, job: Job<Data>): boolean {
    if (agenda.now < redis.pausedUntil) return false;
    for (const worker of workers) if (!worker.process.isAlive) workers.delete(worker);
    const free = [...workers].filter(
      (worker) => worker.isOpen && worker.active < worker.concurrency && isAwake(worker.process, agenda.now),
    );
    if (free.length === 0) return false;
    const worker = random.pick(free);
    job.state = 'active';
    const token = ++job.token;
    worker.active++;
    let isRenewed = true;
    agenda.after(1, worker.process, () =>
      run(id, job, token, worker).finally(() => {
        isRenewed = false;
      }),
    );
    // The lock expires of a worker that died, of one that could not report its end, and sometimes of one that lives.
    const isStillOurs = () => jobs.get(id) === job && job.token === token && job.state === 'active';
    const again = () => isStillOurs() && wait(id, job, agenda.now);
    const watch = () =>
      agenda.after(random.int(lockMs.from, lockMs.to), undefined, () => {
        if (!isStillOurs()) return;
        if (worker.process.isAlive && isAwake(worker.process, agenda.now) && isRenewed) watch();
        else again();
      });
    watch();
    if (random.chance(queue.twice)) agenda.after(random.pick([5, 500, 30_000]) * random.next(), undefined, again);
    return true;
  }

  async function run(id: string, job: Job<Data>, token: number, worker: Worker<Data>): Promise<void> {
    let decision: Decision | 'failed';
    try {
      decision = await worker.handle(job.data);
    } catch {
      decision = 'failed';
    }
    worker.active--;
    const finish = () => {
      if (jobs.get(id) !== job || job.token !== token) return;
      if (decision === 'failed') wait(id, job, agenda.now + failedRetryMs);
      else if (decision.type === 'later') wait(id, job, decision.at);
      else if (isKeptAsDone(job.data)) job.state = 'kept';
      else jobs.delete(id);
    };
    await redis.ask(worker.process, finish).catch(() => undefined);
  }

  const queue: ModelQueue<Data> = {
    add: (id, data, dueAt) => {
      if (!jobs.has(id)) put(id, data, dueAt);
    },
    move: (id, data, dueAt) => {
      if (jobs.get(id)?.state !== 'active') put(id, data, dueAt);
    },
    remove: (id) => {
      if (jobs.get(id)?.state !== 'active') jobs.delete(id);
    },
    restore: (id, data, dueAt) => {
      const job = jobs.get(id);
      if (job === undefined || job.state === 'kept') {
        put(id, data, dueAt);
        return true;
      }
      if (job.state === 'active' || job.dueAt <= Math.max(dueAt, agenda.now) + oversleptMs) return false;
      wait(id, job, dueAt);
      return true;
    },
    work: (process, concurrency, handle) => {
      const worker: Worker<Data> = { process, concurrency, handle, active: 0, isOpen: true };
      workers.add(worker);
      return {
        get active() {
          return worker.active;
        },
        drain: async (graceMs) => {
          worker.isOpen = false;
          const until = agenda.now + graceMs;
          while (worker.active > 0 && agenda.now < until) await new Promise((resolve) => setTimeout(resolve, 50));
          workers.delete(worker);
        },
      };
    },
    loseOne: () => {
      const waiting = [...jobs].filter(([, { state }]) => state === 'waiting').map(([id]) => id);
      const lost = waiting.length > 0 ? random.pick(waiting) : undefined;
      if (lost !== undefined) jobs.delete(lost);
      return lost;
    },
    twice: 0,
    get pending() {
      return [...jobs].filter(([, { state }]) => state !== 'kept').map(([id]) => id);
    },
  };
  return queue;
}
