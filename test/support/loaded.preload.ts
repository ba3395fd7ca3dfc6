import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Preloaded into a process of an earlier version (`node --import`), by tests alone: writes down each file of Redial's own that it loads,
 * by its real path. A link that led astray would have today's code run under an earlier version's name, and nobody would notice.
 */
const file = process.env['REDIAL_TEST_LOADED'] ?? '';

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith('file:') && !url.includes('/node_modules/')) appendFileSync(file, `${fileURLToPath(url)}\n`);
    return nextLoad(url, context);
  },
});
