import { expect, test } from 'vitest';
import { createHealth } from '../health/health.ts';
import { pausedCheck } from './paused-queues.ts';

test.each([
  [[], 'ok'],
  [
    ['dial'],
    'the dial queue is paused, and nothing is dialled for any tenant; PUT /admin/queues/api/queues/dial/resume sets it going',
  ],
  [
    ['results', 'deliveries'],
    'the results queue is paused, and no end of an attempt is settled; PUT /admin/queues/api/queues/results/resume sets it going; the deliveries queue is paused, and no webhook is sent; PUT /admin/queues/api/queues/deliveries/resume sets it going',
  ],
] as const)('paused: %j', async (names, sentence) => {
  const health = createHealth([pausedCheck({ paused: async () => names })]);
  expect((await health.report()).checks).toEqual({ queues: sentence });
});
