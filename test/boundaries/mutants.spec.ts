import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/**
 * The mutants themselves run for minutes (`npm run mutants`). This only checks that each still fits its source, so that
 * none gets lost.
 */
it('every mutant fits its source at exactly one place', () => {
  const script = fileURLToPath(new URL('../../libs/call/testing/run-mutants.ts', import.meta.url));
  const { status, stdout } = spawnSync(process.execPath, ['--conditions=source', script, '--fit'], {
    encoding: 'utf8',
  });
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
});
