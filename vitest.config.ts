import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';
import { main } from './test/main.ts';

/**
 * `npm test` runs the projects `unit`, `conformance` and `main`; `npm run test:rest` the others; `npm run test:all` every one.
 * test/README.md has the table of what runs where.
 */
const conditions = ['source', 'module', 'node', 'import', 'default'];
const shared = { resolve: { conditions }, ssr: { resolve: { conditions } } };
const cores = availableParallelism();
/** How long `expect.poll` waits for what must come. It shortens no test: a machine with other work is slow. */
const expect = { poll: { timeout: 30_000 } };

/**
 * Pure specs compute: one worker a core. They wait for nothing, but a machine with other work is slow. Files share a worker's
 * modules, which saves a third of their time; those that replace a module, or count timers, have modules of their own.
 */
const apart = ['libs/dialects/src/dialup/credentials.spec.ts', 'apps/api/src/waiting/outcome-waiter.spec.ts'];
const pure = { expect, testTimeout: 60_000, maxWorkers: cores, sequence: { groupOrder: 0 } } as const;

/**
 * Files that start servers mostly wait, so more of them than cores run beside each other. Each file starts servers of its own,
 * on ports that no other file is given. No more than this: Asterisk and its phones speak in real time, and a core that has too
 * many to serve lets calls be what no test describes.
 */
const servers = {
  expect,
  testTimeout: 60_000,
  hookTimeout: 180_000,
  pool: 'forks',
  maxWorkers: Number(process.env['REDIAL_TEST_WORKERS'] ?? Math.min(6, Math.ceil(cores * 1.5))),
  sequence: { groupOrder: 1 },
  // Redial's processes start some hundred times: Node keeps what it has compiled, which halves a start.
  env: { NODE_COMPILE_CACHE: fileURLToPath(new URL('.cache/compiled', import.meta.url)) },
  globalSetup: 'test/support/global-setup.ts',
} as const;

const pureFiles = [
  'libs/**/{src,testing}/**/*.spec.ts',
  'apps/**/src/**/*.spec.ts',
  'infra/**/src/**/*.spec.ts',
  'test/{boundaries,simulation,soak}/**/*.spec.ts',
];

export default defineConfig({
  ...shared,
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        ...shared,
        test: {
          name: 'unit',
          include: pureFiles,
          exclude: [...configDefaults.exclude, ...apart],
          isolate: false,
          ...pure,
        },
      },
      { ...shared, test: { name: 'unit-apart', include: apart, ...pure } },
      { ...shared, test: { name: 'conformance', include: ['test/conformance/**/*.spec.ts'], ...servers } },
      { ...shared, test: { name: 'main', include: [...main], ...servers } },
      ...['integration', 'e2e'].map((name) => ({
        ...shared,
        test: { name, include: [`test/${name}/**/*.spec.ts`], exclude: [...main], ...servers },
      })),
      {
        ...shared,
        // A test waits for the column that it is a cell of, and all of a column's cells wait at once.
        test: {
          name: 'faults',
          include: ['test/faults/**/*.spec.ts'],
          exclude: [...main],
          ...servers,
          maxConcurrency: 1_000,
        },
      },
    ],
  },
});
