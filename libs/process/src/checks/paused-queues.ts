import type { Metrics } from '@redial/platform';
import { type QueueName, type Queues, queueNames } from '@redial/queue';
import type { HealthCheck } from '../health/health.ts';

/** What does not happen while a queue is paused. */
const consequences: Readonly<Record<QueueName, string>> = {
  dial: 'nothing is dialled for any tenant',
  results: 'no end of an attempt is settled',
  deliveries: 'no webhook is sent',
};

/**
 * For `/readyz`. Redial itself pauses no queue, and the dashboard may not. A pause by other means (redis-cli, a script)
 * stops all tenants, and only this check reports it.
 */
export function pausedCheck(queues: Pick<Queues, 'paused'>): HealthCheck {
  return {
    name: 'queues',
    check: async () => {
      const paused = await queues.paused();
      if (paused.length === 0) return;
      const sentences = paused.map(
        (name) =>
          `the ${name} queue is paused, and ${consequences[name]}; PUT /admin/queues/api/queues/${name}/resume sets it going`,
      );
      throw new Error(sentences.join('; '));
    },
  };
}

/** For `/metrics`. */
export function measurePaused(
  queues: Pick<Queues, 'paused'>,
  metrics: Pick<Metrics, 'onScrape' | 'queuePaused'>,
): void {
  metrics.onScrape(async () => {
    const paused = await queues.paused();
    for (const name of queueNames) metrics.queuePaused(name, paused.includes(name));
  });
}
