import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Mutant } from './mutants/mutant.ts';
import { mutants } from './mutants.ts';

/**
 * Seeds each fault into a copy of the sources, and runs the compiler and the specs on it. Prints what caught it; exits
 * with 1 where one survived, or no longer fits the source. `npm run mutants -- [part of a fault’s name]`; `--fit`
 * checks that last alone, in no time.
 */
const run = promisify(execFile);
const root = fileURLToPath(new URL('../../../', import.meta.url));
const libs = join(root, 'libs');
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

/** The packages that mutants are in. In the copy they import each other, and the rest of the repository as it is. */
const parts = [
  'tsconfig.base.json',
  'docs/reference/state-machines.md',
  'libs/call/src',
  'libs/call/testing',
  'libs/call/package.json',
  'libs/asterisk/src/channel',
  'libs/asterisk/package.json',
  'libs/configuration/src/schema',
  'libs/configuration/testing',
  'libs/configuration/package.json',
];
const sources = {
  '@redial/call': './libs/call/src/index.ts',
  '@redial/asterisk/channel': './libs/asterisk/src/channel/index.ts',
};

async function copyOfSources(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'redial-mutants-'));
  for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  const paths = Object.fromEntries(Object.entries(sources).map(([name, file]) => [name, [file]]));
  const compilerOptions = { composite: false, declaration: false, declarationMap: false, noEmit: true, paths };
  const tsconfig = { extends: './tsconfig.base.json', compilerOptions, include: ['libs'] };
  await writeFile(join(copy, 'tsconfig.json'), JSON.stringify(tsconfig));
  const alias = Object.entries(sources).map(([find, file]) => ({ find, replacement: join(copy, file) }));
  const config = { resolve: { conditions: ['source', 'module', 'node', 'import', 'default'], alias } };
  await writeFile(join(copy, 'vitest.config.mjs'), `export default ${JSON.stringify(config)};\n`);
  return copy;
}

async function compiles(copy: string): Promise<boolean> {
  return run(bin('tsc'), ['-p', copy], { cwd: copy }).then(
    () => true,
    () => false,
  );
}

/** The spec files that fail. A fault outside of the core does not concern the core's own. */
async function failingSpecs(copy: string, folders: readonly string[] = ['libs']): Promise<string[]> {
  const report = join(copy, 'report.json');
  const flags = ['--reporter=json', `--outputFile=${report}`, '--no-isolate', '--testTimeout=30000'];
  const filters = folders.map((folder) => join(copy, folder));
  await run(bin('vitest'), ['run', '--root', copy, ...flags, ...filters], { cwd: copy, maxBuffer: 2 ** 28 }).catch(
    () => undefined,
  );
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as {
    testResults: { name: string; status: string }[];
  };
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => basename(name, '.spec.ts'));
}

const sourceOf = ({ file }: Mutant): Promise<string> => readFile(join(libs, file), 'utf8');
const fits = ({ find }: Mutant, source: string): boolean => source.split(find).length === 2;
const specsOf = ({ file }: Mutant): string[] =>
  file.startsWith('call/') ? ['libs/call'] : ['libs/asterisk', 'libs/configuration'];

async function whoCatches(mutant: Mutant, copy: string): Promise<string> {
  const { file, find, replace, compiler } = mutant;
  const path = join(copy, 'libs', file);
  const source = await sourceOf(mutant);
  if (!fits(mutant, source)) return 'DOES NOT FIT: its text is not there exactly once';
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
  try {
    if (!(await compiles(copy))) return compiler ? 'the compiler' : 'DOES NOT COMPILE, so no spec runs';
    if (compiler) return 'SURVIVED the compiler';
    const specs = await failingSpecs(copy, specsOf(mutant));
    return specs.length === 0 ? 'SURVIVED' : specs.join(', ');
  } finally {
    await writeFile(path, source);
  }
}

const [part = ''] = process.argv.slice(2);
if (part === '--fit') {
  const strays: string[] = [];
  for (const mutant of mutants) if (!fits(mutant, await sourceOf(mutant))) strays.push(mutant.fault);
  for (const fault of strays) process.stdout.write(`${fault}\n`);
  process.exit(strays.length === 0 ? 0 : 1);
}
const copy = await copyOfSources();
let bad = 0;
try {
  if (!(await compiles(copy)) || (await failingSpecs(copy)).length > 0)
    throw new Error('the sources themselves do not pass');
  for (const mutant of mutants.filter(({ fault }) => fault.includes(part))) {
    const by = await whoCatches(mutant, copy);
    const caught = !/^[A-Z]{4}/.test(by);
    if (!caught) bad += 1;
    process.stdout.write(`${caught ? 'caught  ' : 'NOT     '} ${mutant.fault}  (${by})\n`);
  }
} finally {
  await rm(copy, { recursive: true, force: true });
}
process.stdout.write(bad === 0 ? 'every mutant was caught\n' : `${bad} not caught\n`);
process.exitCode = bad === 0 ? 0 : 1;
