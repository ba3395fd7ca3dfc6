import { defineConfig } from 'vitest/config';

/** Suites in order of cost. Pure ones run side by side; those that start servers run one file at a time. */
const conditions = ['source', 'module', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const server = { fileParallelism: false, testTimeout: 60_000, hookTimeout: 180_000, pool: 'forks' } as const;

export default defineConfig({
  ...shared,
  test: {
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: [
            'libs/**/src/**/*.spec.ts',
            'apps/**/src/**/*.spec.ts',
            'infra/**/src/**/*.spec.ts',
            'test/{boundaries,simulation}/**/*.spec.ts',
          ],
          // They wait for nothing; a machine that has much else to do may be slow all the same.
          testTimeout: 60_000,
        },
      },
      { ...shared, test: { name: 'conformance', include: ['test/conformance/**/*.spec.ts'], ...server } },
      { ...shared, test: { name: 'integration', include: ['test/integration/**/*.spec.ts'], ...server } },
      { ...shared, test: { name: 'e2e', include: ['test/e2e/**/*.spec.ts'], ...server } },
      { ...shared, test: { name: 'faults', include: ['test/faults/**/*.spec.ts'], ...server, maxConcurrency: 1_000 } },
    ],
  },
});
