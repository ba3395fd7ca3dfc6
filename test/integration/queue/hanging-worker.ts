import { connectRedis } from '@redial/platform';
import { createWorkers } from '@redial/queue';

/** A dialer that takes a job, reports it, and never ends it; the test kills it. Ends with its parent in any case. */
const [url = '', prefix = ''] = process.argv.slice(2);
const quick = { lockDurationMs: 1_000, stalledIntervalMs: 100 };
process.once('disconnect', () => process.exit());
const workers = createWorkers({ connection: connectRedis({ url, role: 'worker' }), prefix, ...quick });
workers.dial(1, ({ attemptId }) => {
  process.send?.(attemptId);
  return new Promise(() => undefined);
});
