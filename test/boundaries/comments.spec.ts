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

const isProduct = (path: string): boolean =>
  /^(apps|libs|infra)\/[^/]+\/src\//.test(path) && !/\.(spec|support)\.ts$|^libs\/testing\//.test(path);

const wordsOf = (sentence: string): number => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;

/** A list's item, a table's row and what is indented begin a text of their own. */
const beginsText = /^([-*•] |\d+[.)] |KEYS|ARGV|[A-Z]\d{1,2} |\S+( \S+)* {2,}| {2,}\S)/;

/** A file's comments as texts. Tables of KEYS and ARGV are none. */
function texts(source: string): readonly string[] {
  const comments = source
    .split('\n')
    .map((line) => /^\s*(?:\/\*\*?|\*\/|\*|\/\/)(?: (.*?))?(?:\*\/)?$/.exec(line)?.[1] ?? '');
  return comments
    .map((comment) => (comment.trim() === '' || beginsText.test(comment) ? `\n\n${comment}` : comment))
    .join('\n')
    .split(/\n\s*\n/)
    .filter((text) => !/^\s*(KEYS|ARGV)/.test(text));
}

/** A piece of code is one word. */
const longSentences = (text: string): readonly string[] =>
  text
    .replaceAll(/`[^`]*`/g, 'X')
    .split(/(?<=[.!?])["”)]*\s+(?=["“(]*[A-Z\d])/)
    .filter((sentence) => wordsOf(sentence) > 25)
    .map((sentence) => sentence.replaceAll(/\s+/g, ' ').trim());

describe('comments', () => {
  it('have no line over 120 columns: Biome wraps the code alone', () => {
    const long = sources.flatMap((path) =>
      readFileSync(join(root, path), 'utf8')
        .split('\n')
        .flatMap((line, index) =>
          [...line].length > longestLine && /^\s*(\/\/|\/\*|\*)/.test(line) && !isQuoted(line)
            ? `${path}:${index + 1}`
            : [],
        ),
    );
    expect(long).toEqual([]);
  });

  it('of the product have no sentence of more than 25 words', () => {
    const long = sources.filter(isProduct).flatMap((path) =>
      texts(readFileSync(join(root, path), 'utf8'))
        .flatMap(longSentences)
        .map((text) => `${path}: ${text}`),
    );
    expect(long).toEqual([]);
  });
});
