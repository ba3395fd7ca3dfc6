import type { Queues } from '@redial/queue';
import type { Queue } from 'bullmq';

export interface JobCounts {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
  readonly failed: number;
}

/** The number of jobs in each queue, as BullMQ counts them. */
export async function jobCounts({
  native,
}: Pick<Queues, 'native'>): Promise<Record<'dial' | 'results' | 'deliveries', JobCounts>> {
  const counted = await Promise.all(
    (native as readonly Queue[]).map(async (queue) => [queue.name, await count(queue)]),
  );
  return Object.fromEntries(counted);
}

async function count(queue: Queue): Promise<JobCounts> {
  const counts = await queue.getJobCounts('wait', 'prioritized', 'active', 'delayed', 'failed');
  const { wait = 0, prioritized = 0, active = 0, delayed = 0, failed = 0 } = counts;
  return { waiting: wait + prioritized, active, delayed, failed };
}
