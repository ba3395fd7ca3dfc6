import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync('{apps,libs,infra,test,examples}/**/*.{ts,mjs}', {
  cwd: root,
  exclude: (path) => /(^|\/)(node_modules|dist|\..+)$/.test(path),
});
const longestLine = 120;

/** A form or a command that is quoted stands four spaces in, and is not wrapped. */
const isQuoted = (line: string): boolean => /^\s*(\*|\/\/) {5}/.test(line) && !line.trimEnd().endsWith('.');

describe('comments', () => {
  it('have no line over 120 columns: Biome wraps the code alone', () => {
    const long = sources.flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          line.length > longestLine && /^\s*(\/\/|\/\*|\*)/.test(line) && !isQuoted(line) ? `${path}:${index + 1}` : [],
        ),
    );
    expect(long).toEqual([]);
  });
});
