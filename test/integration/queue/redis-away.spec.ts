import { connectRedis } from '@redial/platform';
import { createQueues } from '@redial/queue';
import { expect, it, vi } from 'vitest';
import { jobCounts } from '../../support/job-counts.ts';
import { eventually, jobOf, order, useQueuesOnRedis } from './queues-on-redis.ts';

const onRedis = useQueuesOnRedis();

it('given a Redis that dies and comes back when jobs are added then that fails at once while it is away, and workers continue afterwards', async () => {
  const queues = await onRedis.queues();
  const [handle, onError] = [vi.fn(async () => ({ type: 'done', note: 'dialled' }) as const), vi.fn()];
  onRedis.running((await onRedis.workers({ onError })).dial(5, handle));
  const before = order();
  await queues.dial.add([before]);
  await eventually(() => expect(handle).toHaveBeenCalledTimes(1));

  await onRedis.server.kill();
  await expect(queues.dial.add([order()])).rejects.toThrow();
  await expect(jobCounts(queues)).rejects.toThrow();
  await expect(queues.results.add({ ...jobOf(order()), reportedBy: 'x', evidence: {} })).rejects.toThrow();

  await onRedis.server.restart();
  const after = order();
  await eventually(() => queues.dial.add([after]));
  await eventually(() => expect(handle).toHaveBeenLastCalledWith(jobOf(after)));
});

it('given a Redis that is away when producers are made then they work once it is there', async () => {
  await onRedis.server.kill();
  const connection = connectRedis({ url: onRedis.server.url, role: 'queue' });
  const queues = createQueues({ connection, prefix: onRedis.prefix, onError: () => undefined });
  await expect(queues.dial.add([order()])).rejects.toThrow();
  await onRedis.server.restart();
  await eventually(() => queues.dial.add([order()]));
  expect((await jobCounts(queues)).dial.waiting).toBeGreaterThan(0);
  await queues.close();
});
