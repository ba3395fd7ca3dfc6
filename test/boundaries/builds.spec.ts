import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compiler = join(root, 'node_modules/typescript/bin/tsc');
const packages = ['apps', 'libs', 'infra']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
  .filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));
/** `libs/testing` is built because specs of other packages import it. No product package depends on it. */
const built = packages.filter((folder) => folder !== 'libs/testing');

it.each(built)('%s builds only from src, without a spec', (folder) => {
  const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder, '--showConfig'], {
    cwd: root,
    encoding: 'utf8',
  });
  const { files } = JSON.parse(stdout) as { readonly files: readonly string[] };
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !file.startsWith('./src/') || file.endsWith('.spec.ts'))).toEqual([]);
});

it.each(built)('the specs of %s are checked by tsconfig.spec.json', (folder) => {
  expect(existsSync(join(root, folder, 'tsconfig.spec.json'))).toBe(true);
});

it.each(built)('%s has nothing in src but product and specs', (folder) => {
  const files = readdirSync(join(root, folder, 'src'), { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => /test-support|testing\/|\.(support|fixture|mock)\./.test(file))).toEqual([]);
});
