import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Preloaded into a process of an earlier version (`node --import`), only by tests. It records each file of Redial's own
 * that the process loads, by its real path. A wrong link would run today's code under an earlier version's name,
 * without any notice.
 */
const file = process.env['REDIAL_TEST_LOADED'] ?? '';

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:') && !url.includes('/node_modules/')) appendFileSync(file, `${fileURLToPath(url)}\n`);
    return nextLoad(url, context);
  },
});
