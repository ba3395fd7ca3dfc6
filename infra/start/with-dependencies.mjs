// Runs a command with the project's dependencies in place. It first installs them where they are missing or differ from
// the lock file. Plain JavaScript for Node 20 and later: it is the first thing that runs in a fresh clone.
//
//   node infra/start/with-dependencies.mjs <command> [argument …]
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('usage: node infra/start/with-dependencies.mjs <command> [argument …]');
  process.exit(2);
}
if (!isInstalled()) await install();
if (command === 'node') demandNode();
// The project's own Node (a dependency, pinned by the lock file) comes before the machine's.
process.exit(await run(command, args, { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` }));

/**
 * npm writes this file after it has filled node_modules. A package that is listed and still exists is complete,
 * whatever installed it.
 */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  const present = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  return Object.entries(wanted).every(([path, { version, integrity, link, optional, devOptional }]) => {
    if (!path.includes('node_modules/')) return true; // One of the project's own folders.
    const found = present[path];
    if (found === undefined) return optional === true || devOptional === true; // A package for other systems.
    const isSame = found.version === version && found.integrity === integrity && found.link === link;
    return isSame && existsSync(join(root, path, 'package.json'));
  });
}

function packagesOf(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')).packages : {};
}

async function install() {
  console.log('Installing the dependencies that package-lock.json names (about a minute, once) …');
  const startedAt = Date.now();
  const folders = Object.keys(packagesOf(join(root, 'package-lock.json'))).filter((path) => path !== '');
  const progress = setInterval(() => {
    const there = folders.filter((path) => existsSync(join(root, path, 'package.json'))).length;
    console.log(`  · ${Math.round((Date.now() - startedAt) / 1000)} s: ${there} packages so far`);
  }, 5_000);
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const args = ['ci', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  // npm goes on to its end after Ctrl-C. It may be killed: a partial installation does not count as complete.
  const code = await run(npm, args, process.env, () => 'SIGKILL');
  clearInterval(progress);
  if (code === 0) return;
  console.error(
    code > 128
      ? 'The installation was broken off; the next start begins it again.'
      : 'The dependencies could not be installed: see above. Redial needs Node 20 or later, npm, and a way to the npm registry.',
  );
  process.exit(code > 128 ? 130 : 1);
}

/** Node runs TypeScript by itself since 22.18. The project brings such a Node, for the usual systems. */
function demandNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (existsSync(join(bin, 'node')) || major > 22 || (major === 22 && minor >= 18)) return;
  console.error(
    `npm has no Node for ${process.platform}-${process.arch}, and this machine's is ${process.version}: run this with Node 24 or later.`,
  );
  process.exit(1);
}

/** Resolves with the exit code; 128 + the signal's number when a signal ended it. */
function run(program, programArgs, env, translate = (signal) => signal) {
  return new Promise((done) => {
    const child = spawn(program, programArgs, { cwd: root, stdio: 'inherit', env });
    // A terminal sends Ctrl-C to the whole group. A signal to this process alone is passed on.
    const passOn = (signal) => child.kill(translate(signal));
    for (const signal of signals) process.on(signal, passOn);
    const parent = watchParent(() => passOn('SIGTERM'));
    const end = (code) => {
      for (const signal of signals) process.off(signal, passOn);
      clearInterval(parent);
      done(code);
    };
    child.on('error', (error) => {
      console.error(`${program} could not be started: ${error.message}`);
      end(1);
    });
    child.on('exit', (code, signal) => end(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

/**
 * A shell may run between npm and this process. It ends on a SIGTERM from npm without passing it on, and `kill -9` of
 * npm sends no signal at all. Everything would go on without a terminal, and hold its ports. Only runs under npm are
 * watched: another parent may end and leave this process running on purpose.
 */
function watchParent(onGone) {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, 250);
  return timer;
}
