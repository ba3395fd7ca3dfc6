import { createHealth } from '@redial/platform';
import { expect, test } from 'vitest';
import { pausedCheck } from './paused.ts';

test.each([
  [[], 'ok'],
  [['dial'], 'the dial queue is paused, and nothing is dialled for any tenant: press Resume at the dashboard'],
  [
    ['results', 'deliveries'],
    'the results queue is paused, and no end of an attempt is settled; the deliveries queue is paused, and no webhook is sent: press Resume at the dashboard',
  ],
] as const)('paused: %j', async (names, says) => {
  const health = createHealth([pausedCheck({ paused: async () => names })]);
  expect((await health.report()).checks).toEqual({ queues: says });
});
