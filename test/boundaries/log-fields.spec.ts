import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const line = /\b(?:logger|log)\.(?:trace|debug|info|warn|error|fatal)\(\s*\{[^}]*\}/g;

it('an error in a log line is in the field `error`, by which an operator filters', () => {
  const lines = ['apps', 'libs'].flatMap(productFiles).flatMap((file) => {
    const found = readFileSync(file, 'utf8').match(line) ?? [];
    return found.map((text) => `${relative(root, file)}: ${text.replaceAll(/\s+/g, ' ')}`);
  });
  expect(lines.length).toBeGreaterThan(40);
  expect(lines.filter((text) => /[{,] ?(?:err|e|exception)\b/.test(text))).toEqual([]);
  expect(lines.filter((text) => /[{,] ?error\b/.test(text)).length).toBeGreaterThan(20);
});

function productFiles(group: string): string[] {
  return readdirSync(join(root, group), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => /\/src\//.test(file) && !/\/(?:dist|node_modules)\//.test(file));
}
