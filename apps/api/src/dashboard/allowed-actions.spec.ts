import { expect, test } from 'vitest';
import { isAllowed } from './allowed-actions.ts';

test.each([
  ['get', '/api/queues', true],
  ['get', '/api/queues/:queueName/:jobId', true],
  ['put', '/api/queues/:queueName/:jobId/retry', true],
  ['put', '/api/queues/:queueName/retry/:queueStatus', true],
  ['put', '/api/queues/:queueName/:jobId/promote', true],
  ['put', '/api/queues/:queueName/promote', true],
  ['put', '/api/queues/:queueName/pause', false],
  ['put', '/api/queues/pause', false],
  ['put', '/api/queues/:queueName/resume', true],
  ['put', '/api/queues/resume', true],
  ['post', '/api/queues/:queueName/add', false],
  ['patch', '/api/queues/:queueName/:jobId/update-data', false],
  ['patch', '/api/queues/:queueName/:jobId/delay', false],
  ['patch', '/api/queues/:queueName/:jobId/priority', false],
  ['put', '/api/queues/:queueName/empty', false],
  ['put', '/api/queues/:queueName/obliterate', false],
  ['put', '/api/queues/:queueName/clean/:queueStatus', false],
  ['put', '/api/queues/:queueName/:jobId/clean', false],
  ['put', '/api/queues/:queueName/rate-limit', false],
  ['post', '/api/queues/:queueName/:jobId/retry', false],
])('%s %s: %s', (method, route, allowed) => {
  expect(isAllowed(method, route)).toBe(allowed);
});
