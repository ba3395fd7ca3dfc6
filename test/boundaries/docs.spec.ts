import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = globSync('**/*.md', { cwd: root, exclude: (path) => /(^|\/)(node_modules|dist|\..+)$/.test(path) });
const linesOf = (path: string): readonly string[] => readFileSync(join(root, path), 'utf8').trimEnd().split('\n');

/** Pages that a program writes: their length and their lines are not a writer's. */
const generated = ['docs/reference/state-machines.md'];
const written = pages.filter(
  (path) =>
    /^(docs|infra|test|examples)\/|^(README|CHANGELOG|CONTRIBUTING|SECURITY)/.test(path) && !generated.includes(path),
);

interface Line {
  readonly text: string;
  readonly number: number;
}

/** The lines outside of code blocks, fenced or indented. */
function prose(path: string): readonly Line[] {
  let fenced = false;
  return linesOf(path).flatMap((text, index) => {
    const fence = /^\s*```/.test(text);
    if (fence) fenced = !fenced;
    return fence || fenced ? [] : [{ text, number: index + 1 }];
  });
}

const wordsOf = (sentence: string): number => sentence.split(/\s+/).filter((word) => /\w/.test(word)).length;

/** A list's item, a table's cell and a paragraph each begin a sentence of their own; a piece of code is one word. */
function longSentences(path: string): readonly string[] {
  const text = prose(path)
    .map((line) => ({ ...line, text: /^ {4}/.test(line.text) ? '' : line.text }))
    .map((line) => line.text.trim())
    .map((line) => (/^#/.test(line) ? '' : line.replace(/^([-*>]|\d+\.) /, '\n\n').replaceAll('|', '\n\n')))
    .join('\n')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/`[^`]*`/g, 'X');
  return text
    .split(/\n\s*\n|(?<=[.!?])["”)*]*\s+(?=["“(*]*[\p{Lu}\d])/u)
    .filter((sentence) => wordsOf(sentence) > 25)
    .map((sentence) => `${path}: ${sentence.replaceAll(/\s+/g, ' ').trim()}`);
}

/** As GitHub makes them: lower case, no punctuation, `-` for a space. */
function anchors(path: string): ReadonlySet<string> {
  const headings = prose(path).flatMap(({ text }) => /^#{1,6} (.*)$/.exec(text)?.[1] ?? []);
  return new Set(
    headings.map((heading) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{Letter}\p{Number}_ -]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

function isBroken(path: string, target: string): boolean {
  const [file = '', anchor] = target.split('#');
  const page = file === '' ? path : join(dirname(path), decodeURIComponent(file));
  if (!existsSync(join(root, page))) return true;
  return anchor !== undefined && page.endsWith('.md') && !anchors(page).has(anchor);
}

/** Links may break at a space inside their text, so they are looked for in the whole page. */
function relativeLinks(path: string): readonly string[] {
  const text = prose(path)
    .map((line) => line.text.replaceAll(/`[^`]*`/g, ''))
    .join('\n');
  const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? []);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

describe('the documentation', () => {
  it('has links that lead somewhere', () => {
    const broken = pages.flatMap((path) =>
      relativeLinks(path).flatMap((target) => (isBroken(path, target) ? `${path}: ${target}` : [])),
    );
    expect(broken).toEqual([]);
  });

  it('names tests that exist, where it states what shows a promise', () => {
    const promises = ['docs/why/promises.md', 'docs/why/promises-of-operation.md'].flatMap(linesOf).join(' ');
    const named = [...promises.matchAll(/`((?:[\w-]+\/)+[\w.-]+|faults|simulation)`/g)].map(([, path = '']) => path);
    expect(named.length).toBeGreaterThan(40);
    expect(named.filter((path) => !existsSync(join(root, path)) && !existsSync(join(root, 'test', path)))).toEqual([]);
  });

  it('has every environment variable of the three processes', () => {
    const source = readFileSync(join(root, 'libs/configuration/src/environment/settings.ts'), 'utf8');
    const inCode = new Set([...source.matchAll(/^ {2}(REDIAL_\w+):/gm)].map(([, name]) => name));
    const rows = linesOf('docs/reference/configuration/environment.md').filter((line) => line.startsWith('| `REDIAL_'));
    const onPage = rows.flatMap((row) => (row.split(' | ')[0] ?? '').match(/REDIAL_\w+/g) ?? []);
    expect(onPage.toSorted()).toEqual([...inCode].toSorted());
  });

  it('has no page of 200 lines, but the log of changes', () => {
    expect(written.filter((path) => path !== 'CHANGELOG.md' && linesOf(path).length >= 200)).toEqual([]);
  });

  it('has no line of prose over 100 characters: tables, code and what has no space may', () => {
    const long = written.flatMap((path) =>
      prose(path).flatMap(({ text, number }) =>
        text.length > 100 && !/^(\s*\||#| {4})/.test(text) && text.trim().lastIndexOf(' ', 100) > 8
          ? `${path}:${number}`
          : [],
      ),
    );
    expect(long).toEqual([]);
  });

  it('has no sentence of more than 25 words', () => {
    expect(written.flatMap(longSentences)).toEqual([]);
  });

  it('names in the log of changes only paths that exist', () => {
    const named = [
      ...linesOf('CHANGELOG.md')
        .join('\n')
        .matchAll(/`((?:docs|infra|examples)\/[\w./-]*)`/g),
    ];
    const gone = named.flatMap(([, path = '']) => (existsSync(join(root, path)) ? [] : path));
    expect(gone).toEqual(['infra/local']);
  });
});
