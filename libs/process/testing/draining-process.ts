import { createLogger } from '@redial/platform';
import { onShutdown } from '../src/shutdown.ts';

/**
 * A process that the shutdown specification ends. The first argument selects its drain: `at-once`, `for-ever` or
 * `fails`.
 */
const drains: Record<string, () => Promise<void>> = {
  'at-once': async () => undefined,
  'for-ever': () => new Promise(() => undefined),
  fails: () => Promise.reject(new Error('a queue did not close')),
};
const drain = drains[process.argv[2] ?? ''] ?? (() => Promise.reject(new Error('no such drain')));

onShutdown({ logger: createLogger({ process: 'fixture', level: 'info' }), drainSeconds: 20, drain });
process.on('message', () => {
  throw new Error('a bug');
});
process.send?.('ready');
