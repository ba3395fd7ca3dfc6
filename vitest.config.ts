import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/**
 * Suites in order of cost. Pure ones run side by side; of those that start servers one file at a time: a machine of two cores that runs an Asterisk,
 * its phones, a Redis and three processes twice keeps calls from being what they are meant to show.
 */
const conditions = ['source', 'module', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
/** Redial's own processes are started some hundred times: Node keeps what it has compiled, which halves a start. */
const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('.cache/compiled', import.meta.url)) };
const started = { testTimeout: 60_000, hookTimeout: 180_000, pool: 'forks', env } as const;
const servers = { ...started, fileParallelism: false, sequence: { groupOrder: 1 } } as const;

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [
            'libs/**/{src,testing}/**/*.spec.ts',
            'apps/**/src/**/*.spec.ts',
            'infra/**/src/**/*.spec.ts',
            'test/{boundaries,simulation,soak}/**/*.spec.ts',
          ],
          // They wait for nothing; a machine that has much else to do may be slow all the same.
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      { ...shared, test: { name: 'conformance', include: ['test/conformance/**/*.spec.ts'], ...servers } },
      { ...shared, test: { name: 'integration', include: ['test/integration/**/*.spec.ts'], ...servers } },
      { ...shared, test: { name: 'e2e', include: ['test/e2e/**/*.spec.ts'], ...servers } },
      {
        ...shared,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.spec.ts'],
          ...started,
          fileParallelism: false,
          maxConcurrency: 1_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
