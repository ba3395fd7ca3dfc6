import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/** The names that the folder of each dialect has: the contract of dialects. */
const contract = [
  'acceptedReply',
  'authenticate',
  'dialect',
  'documentation',
  'notifications',
  'outcomeReply',
  'refusedReply',
  'settingsIssues',
  'shortSecretsOf',
  'toCallRequest',
  'toNotification',
];

const root = fileURLToPath(new URL('../..', import.meta.url));
const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) (\w+)/gm;

it('no exported name of the product occurs in two files, except the dialects’ contract', () => {
  const files = ['apps', 'libs', 'infra'].flatMap(productFiles);
  expect(files.length).toBeGreaterThan(200);
  const filesOf = new Map<string, Set<string>>();
  for (const file of files) {
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(declaration))
      filesOf.set(name, (filesOf.get(name) ?? new Set()).add(relative(root, file)));
  }
  const twice = [...filesOf].filter(([name, where]) => where.size > 1 && !isOfContract(name, [...where]));
  expect(twice.map(([name, where]) => `${name}: ${[...where].join(', ')}`)).toEqual([]);
});

function isOfContract(name: string, files: readonly string[]): boolean {
  return contract.includes(name) && files.every((file) => file.startsWith('libs/dialects/src/'));
}

function productFiles(group: string): string[] {
  return readdirSync(join(root, group), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && /(?<!\.(?:spec|d|fixture|support))\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => file.includes('/src/') && !/\/(dist|node_modules|testing|test-support)\//.test(file));
}
