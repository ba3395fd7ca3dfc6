import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type Mutant, mutants } from './mutants.ts';

/**
 * Seeds each fault into a copy of this folder, and asks the compiler and the specs. Prints who caught it; exits with 1 when one
 * survived, or no longer fits the source. `npm run mutants -w @redial/call -- [part of a fault’s name]`; `--fit` asks that last alone, in no time.
 */
const run = promisify(execFile);
const here = fileURLToPath(new URL('..', import.meta.url));
const root = fileURLToPath(new URL('../../../', import.meta.url));
const bin = (name: string): string => join(root, 'node_modules', '.bin', name);

async function copyOfFolder(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'redial-mutants-'));
  const parts = [
    'tsconfig.base.json',
    'docs/state-machines.md',
    'libs/call/src',
    'libs/call/testing',
    'libs/call/package.json',
    'libs/call/tsconfig.json',
    'libs/call/tsconfig.spec.json',
    'tsconfig.specs.json',
  ];
  for (const part of parts) await cp(join(root, part), join(copy, part), { recursive: true });
  await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

async function compiles(copy: string): Promise<boolean> {
  return run(bin('tsc'), ['-b', join(copy, 'libs/call/tsconfig.spec.json')], { cwd: copy }).then(
    () => true,
    () => false,
  );
}

/** The spec files that fail. */
async function failingSpecs(copy: string): Promise<string[]> {
  const report = join(copy, 'report.json');
  const flags = ['--reporter=json', `--outputFile=${report}`, '--no-isolate', '--testTimeout=30000'];
  await run(bin('vitest'), ['run', '--root', copy, ...flags], { cwd: copy, maxBuffer: 2 ** 28 }).catch(() => undefined);
  const { testResults } = JSON.parse(await readFile(report, 'utf8')) as {
    testResults: { name: string; status: string }[];
  };
  return testResults.filter(({ status }) => status === 'failed').map(({ name }) => basename(name, '.spec.ts'));
}

const sourceOf = ({ file }: Mutant): Promise<string> => readFile(join(here, file), 'utf8');
const fits = ({ find }: Mutant, source: string): boolean => source.split(find).length === 2;

async function whoCatches(mutant: Mutant, copy: string): Promise<string> {
  const { file, find, replace, compiler } = mutant;
  const path = join(copy, 'libs/call', file);
  const source = await sourceOf(mutant);
  if (!fits(mutant, source)) return 'DOES NOT FIT: its text is not there exactly once';
  await writeFile(
    path,
    source.replace(find, () => replace),
  );
  try {
    if (!(await compiles(copy))) return compiler ? 'the compiler' : 'DOES NOT COMPILE, and so asks no spec';
    if (compiler) return 'SURVIVED the compiler';
    const specs = await failingSpecs(copy);
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
const copy = await copyOfFolder();
let bad = 0;
try {
  if (!(await compiles(copy)) || (await failingSpecs(copy)).length > 0)
    throw new Error('the folder itself does not pass');
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
