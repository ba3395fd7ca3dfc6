import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** Which layer may import which, as the arrows of docs/why/architecture.md. An adapter never imports an adapter. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  core: [],
  numbering: ['core'],
  dialect: ['core', 'numbering'],
  platform: ['core'],
  configuration: ['core', 'numbering', 'dialect', 'platform'],
  adapter: ['core', 'platform'],
  process: ['core', 'platform', 'configuration', 'adapter'],
  infra: ['infra'],
  // The simulated PBX replaces a server of infra, and `npm start` runs it.
  simulator: ['platform', 'process', 'infra'],
  app: ['core', 'numbering', 'dialect', 'platform', 'configuration', 'adapter', 'process'],
  test: [
    'core',
    'numbering',
    'dialect',
    'platform',
    'configuration',
    'adapter',
    'process',
    'infra',
    'app',
    'simulator',
    'test',
  ],
};

/**
 * The pure part of a package that another package may import, though its layer may not. Asterisk's package defines the
 * form of a channel in the file; the platform's compares credentials.
 */
const pureParts: Readonly<Record<string, string>> = {
  '@redial/configuration': '@redial/asterisk/channel',
  '@redial/dialects': '@redial/platform/credentials',
};

/** Libraries that only one package uses. */
const homes: Readonly<Record<string, string>> = {
  bullmq: '@redial/queue',
  ioredis: '@redial/platform',
  express: '@redial/api',
  'asterisk-ami-client': '@redial/asterisk',
  'libphonenumber-js': '@redial/numbering',
};

/** Dependencies that only another library imports. */
const peers = new Set(['@bull-board/ui']);

interface Package {
  readonly name: string;
  readonly folder: string;
  readonly layer: string;
  readonly dependencies: readonly string[];
  /** The names under which its parts can be imported. */
  readonly exports: readonly string[];
}

const root = fileURLToPath(new URL('../..', import.meta.url));
const packages = ['apps', 'libs', 'infra']
  .flatMap((group) => readGroup(group))
  .concat(readPackage(join(root, 'test')) ?? []);
const sources = packages.flatMap((pkg) =>
  sourceFiles(pkg.folder).map((file) => ({ pkg, file, imports: importsOf(file) })),
);

describe('the boundaries between packages', () => {
  it('finds the packages that it names', () => {
    expect(packages.map((p) => p.name)).toEqual(
      expect.arrayContaining(['@redial/call', '@redial/api', '@redial/dialer', '@redial/results', '@redial/asterisk']),
    );
    expect(sources.length).toBeGreaterThan(50);
  });

  it.each(packages)('$name ($layer) depends only on layers below it', ({ name, layer, dependencies }) => {
    const allowed = mayImport[layer];
    expect(allowed, `layer:${layer} is not in the table`).toBeDefined();
    const wrong = dependencies
      .filter((target) => target.startsWith('@redial/') && !pureParts[name]?.startsWith(`${target}/`))
      .filter((target) => !allowed?.includes(packages.find((p) => p.name === target)?.layer ?? 'missing'));
    expect(wrong).toEqual([]);
  });

  it.each(Object.entries(pureParts))('%s imports the pure part %s, and no other of that package', (importer, part) => {
    const whole = part.split('/').slice(0, 2).join('/');
    const targets = sources
      .filter(({ pkg }) => pkg.name === importer)
      .flatMap(({ imports }) => imports.filter((target) => target === whole || target.startsWith(`${whole}/`)));
    expect([...new Set(targets)]).toEqual([part]);
  });

  it('the core depends only on zod and luxon', () => {
    expect(packages.find((p) => p.layer === 'core')?.dependencies).toEqual(['luxon', 'zod']);
  });

  it.each(Object.entries(homes))('%s is a dependency only of %s', (library, home) => {
    const users = packages.filter((p) => p.layer !== 'test' && p.dependencies.includes(library)).map((p) => p.name);
    expect(users).toEqual([home]);
  });

  it.each(packages)('$name imports each of its dependencies', ({ folder, dependencies }) => {
    const texts = sourceFiles(folder).map((file) => readFileSync(file, 'utf8'));
    const unused = dependencies.filter((name) => !peers.has(name) && !texts.some((text) => text.includes(`'${name}`)));
    expect(unused).toEqual([]);
  });

  it('packages are imported by name, never by an inner path', () => {
    const wrong = sources.flatMap(({ pkg, file, imports }) =>
      imports
        .filter((target) => isPathInto(target) || (target.startsWith('.') && leaves(pkg.folder, file, target)))
        .map((target) => `${relative(root, file)} → ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('only a dialect’s own folder, and the list of dialects, name a vendor', () => {
    const folders = readdirSync(join(root, 'libs/dialects/src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !['shared', 'v1'].includes(entry.name))
      .map(({ name }) => name);
    expect(folders.length).toBeGreaterThanOrEqual(4);
    const names = new RegExp(`['"\`](\\./|\\.\\./)*(${folders.join('|')})\\b`);
    const knowing = sources
      .filter(
        ({ pkg, file }) =>
          ['app', 'process', 'adapter', 'platform', 'core', 'dialect'].includes(pkg.layer) &&
          !file.endsWith('.spec.ts'),
      )
      .filter(({ file }) => !/\/(testing|src\/test)\//.test(file) && names.test(withoutComments(file)))
      .map(({ file }) => relative(root, file))
      .filter((file) => !folders.some((folder) => file.startsWith(`libs/dialects/src/${folder}/`)));
    expect(knowing).toEqual(['libs/dialects/src/vendors.ts']);
  });

  it('ioredis is imported by one file', () => {
    const users = sources.filter(({ pkg, imports }) => pkg.layer !== 'test' && imports.includes('ioredis'));
    expect(users.map(({ file }) => relative(root, file))).toEqual(['libs/platform/src/redis/redis-connection.ts']);
  });
});

function readGroup(group: string): Package[] {
  return readdirSync(join(root, group), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap((entry) => readPackage(join(root, group, entry.name)) ?? []);
}

function readPackage(folder: string): Package | undefined {
  if (!readdirSync(folder).includes('package.json')) return undefined;
  const { name, nx, dependencies, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const layer = (nx.tags as string[]).find((tag) => tag.startsWith('layer:'))?.slice('layer:'.length) ?? 'none';
  return {
    name,
    folder,
    layer,
    dependencies: Object.keys(dependencies ?? {}).sort(),
    exports: Object.keys(exports ?? {}),
  };
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => !/\/(dist|node_modules)\//.test(file));
}

function importsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'|^import '([^']+)'/gm)].map(
    (m) => m[1] ?? m[2] ?? '',
  );
}

function withoutComments(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
}

/** A path into a package that is not one of its `exports`. */
function isPathInto(target: string): boolean {
  const [, name, path] = /^(@redial\/[^/]+)\/(.+)$/.exec(target) ?? [];
  return path !== undefined && !packages.find((p) => p.name === name)?.exports.includes(`./${path}`);
}

function leaves(folder: string, file: string, target: string): boolean {
  return relative(folder, resolve(file, '..', target)).startsWith('..');
}
