import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/**
 * Biome's noImportCycles ignores imports of types. But a circle of types has to be read as one file: a change of one
 * changes all. The imports of this repository have one form, and a pattern finds them.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const imported = /^(?:import|export)\b[^;]*?from '(\.[^']+)'|^import '(\.[^']+)'/gm;

it('no file of the product imports itself through other files', () => {
  const files = ['apps', 'libs', 'infra'].flatMap(productFiles);
  expect(files.length).toBeGreaterThan(200);
  const importsOf = new Map(files.map((file) => [file, targetsOf(file)]));
  const circles = new Set<string>();
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.add([...path.slice(start), file].map((each) => relative(root, each)).join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const target of importsOf.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  expect([...circles]).toEqual([]);
});

function targetsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(imported)].map((m) => resolve(dirname(file), m[1] ?? m[2] ?? ''));
}

function productFiles(group: string): string[] {
  return readdirSync(join(root, group), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.(?:spec|d))\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => file.includes('/src/') && !/\/(dist|node_modules)\//.test(file));
}
