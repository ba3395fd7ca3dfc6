import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** Seeding them takes minutes (`npm run mutants`); that they still can be seeded is asked here, so that none is lost while the source moves on. */
it('every mutant fits its source at exactly one place', () => {
  const script = fileURLToPath(new URL('../../libs/call/testing/run-mutants.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, ['--conditions=source', script, '--fit'], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
