/**
 * Programs from Debian's testing suite, without root rights, without Docker and without a change of the machine's own
 * packages.
 *
 * 1. apt works on a private state folder with an empty package list, so it resolves all dependencies down to libc.
 * 2. The packages are unpacked, never installed: no maintainer script runs.
 * 3. Programs start through the unpacked loader and libraries, so the machine's own libc does not matter.
 * 4. A folder is filled under another name and moved into place last: a folder that exists is complete.
 *
 * Only packages signed with Debian's archive key are accepted. The machine's own mirror is used; the keyring is always
 * Debian's.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { cacheFolder } from './cache-folder.ts';
import { isAlive, withFolderLock } from './folder-lock.ts';
import { run } from './run.ts';

/**
 * The suite with Asterisk 22 and Redis 8. It is named, not `testing`: a Debian release must not change the packages.
 */
export const debianSuite = 'forky';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const packageSets = {
  redis: ['redis-server', 'redis-tools'],
  asterisk: ['asterisk', 'sip-tester'],
} as const;

export type PackageSet = keyof typeof packageSets;
export type Progress = (line: string) => void;

export interface UnpackedPackages {
  readonly folder: string;
  /** Package name → version, of every unpacked package. */
  readonly versions: Readonly<Record<string, string>>;
  /** The command that starts one of its programs, e.g. `usr/sbin/asterisk`, with its own loader and libraries. */
  command(program: string): { readonly file: string; readonly args: readonly string[] };
  /** A path inside the unpacked folder. */
  path(...parts: string[]): string;
}

/** Downloads (the first time) and unpacks one set. Safe to call from any number of processes at once. */
export async function debianPackages(set: PackageSet, onProgress: Progress = () => {}): Promise<UnpackedPackages> {
  const parent = cacheFolder('debian');
  const folder = join(parent, `${set}-${debianSuite}`);
  if (!isComplete(folder)) {
    await withFolderLock(`${folder}.lock`, async () => {
      if (!isComplete(folder)) await fetchInto(folder, set, onProgress);
    });
  }
  return unpacked(folder);
}

function isComplete(folder: string): boolean {
  return existsSync(join(folder, 'versions.json'));
}

async function fetchInto(folder: string, set: PackageSet, onProgress: Progress): Promise<void> {
  const startedAt = Date.now();
  const mirror = await debianMirror(set);
  const work = `${folder}.${process.pid}.partial`;
  removeLeftovers(folder);
  try {
    const state = join(work, 'apt');
    onProgress(`Fetching ${packageSets[set].join(' and ')} from Debian ${debianSuite} (first time only)`);
    const env = {
      ...process.env,
      APT_CONFIG: await privateApt(state, mirror),
      LC_ALL: 'C',
      DEBIAN_FRONTEND: 'noninteractive',
    };
    await apt(env, ['update']);
    await apt(env, ['install', '--yes', '--no-install-recommends', '--download-only', ...packageSets[set]]);

    const archives = join(state, 'cache/archives');
    const debs = readdirSync(archives).filter((name) => name.endsWith('.deb'));
    if (debs.length === 0) throw new Error(`apt brought no packages for ${set}; delete ${folder} and try again.`);
    onProgress(`Unpacking ${debs.length} packages`);
    const root = join(work, 'root');
    mkdirSync(root);
    await inParallel(3, debs, async (deb) => {
      const { code, stderr } = await run('dpkg-deb', ['--extract', join(archives, deb), root]);
      if (code !== 0) throw new Error(`Could not unpack ${deb}: ${stderr.trim()}`);
    });
    // Written last: with this file the folder counts as complete.
    writeFileSync(join(root, 'versions.json'), `${JSON.stringify(versionsOf(debs), null, 2)}\n`);
    moveIntoPlace(root, folder);
    onProgress(`Ready in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Half-filled folders of processes that died. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(dirname(folder))) {
    const owner = new RegExp(`^${basename(folder)}\\.(\\d+)\\.partial$`).exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner)))
      rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/** The machine's own Debian mirror. Its suite is replaced later. */
async function debianMirror(set: PackageSet): Promise<string> {
  const instead = set === 'redis' ? 'install redis-server 8 or Docker' : 'run this in a Debian container';
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '');
  if (!/^ID="?debian"?$/m.test(release) || !existsSync(keyring)) {
    throw new Error(`This machine is not Debian, so ${set} cannot be unpacked from Debian's packages: ${instead}.`);
  }
  const codename = /^VERSION_CODENAME="?(\w+)"?$/m.exec(release)?.[1] ?? '';
  const { code, stdout } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(REPO_URI) $(RELEASE) $(COMPONENT)',
    'Created-By: Packages',
  ]);
  if (code !== 0) throw new Error(`apt-get does not work on this machine, so ${set} cannot be fetched: ${instead}.`);
  const mirror = mirrorFrom(stdout, codename);
  if (mirror === undefined)
    throw new Error(`apt has no Debian mirror on this machine, so ${set} cannot be fetched: ${instead}.`);
  return mirror;
}

/**
 * Picks the mirror of the running release from `apt-get indextargets`. Only Debian itself has a `main` component in a
 * suite with its own codename.
 */
export function mirrorFrom(indexTargets: string, codename: string): string | undefined {
  for (const line of indexTargets.split('\n')) {
    const [uri, release, component] = line.trim().split(' ');
    if (
      component === 'main' &&
      (release === codename || release === 'testing' || release === 'unstable' || release === 'sid')
    )
      return uri;
  }
  return undefined;
}

/**
 * A complete private apt. The administrator's download settings (proxy, date checks) are kept. The hooks are not: they
 * may need root, or delete the downloads.
 */
async function privateApt(state: string, mirror: string): Promise<string> {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'preferences', 'conf', 'log'])
    mkdirSync(join(state, folder), { recursive: true });
  const { stdout: machine } = await run('apt-config', ['dump']);
  const architecture = (await run('dpkg', ['--print-architecture'])).stdout.trim();
  writeFileSync(join(state, 'status'), '');
  writeFileSync(
    join(state, 'sources.list'),
    `deb [signed-by=${keyring} arch=${architecture}] ${mirror} ${debianSuite} main\n`,
  );
  const conf = join(state, 'apt.conf');
  writeFileSync(
    conf,
    [
      `Dir::Etc::main "${state}/none"; Dir::Etc::parts "${state}/conf";`,
      `Dir::Etc::sourcelist "${state}/sources.list"; Dir::Etc::sourceparts "${state}/conf";`,
      `Dir::Etc::preferences "${state}/none"; Dir::Etc::preferencesparts "${state}/preferences";`,
      `Dir::State "${state}"; Dir::State::lists "${state}/lists"; Dir::State::status "${state}/status";`,
      `Dir::Cache "${state}/cache"; Dir::Cache::archives "${state}/cache/archives"; Dir::Log "${state}/log";`,
      `APT::Architecture "${architecture}"; APT::Architectures { "${architecture}"; };`,
      'APT::Install-Recommends "false"; APT::Sandbox::User "root"; Acquire::Languages "none"; Acquire::Retries "2";',
      ...machine.split('\n').filter((line) => /^Acquire::(https?::|Check-|Force)/i.test(line)),
      '',
    ].join('\n'),
  );
  return conf;
}

async function apt(env: NodeJS.ProcessEnv, args: readonly string[]): Promise<void> {
  // Without --error-on, `update` without a network is a warning and success.
  const strict = args[0] === 'update' ? ['--error-on=any'] : [];
  const { code, stdout, stderr } = await run('apt-get', ['--quiet', ...strict, ...args], { env, timeoutMs: 300_000 });
  if (code === 0) return;
  const reason = `${stderr}\n${stdout}`.split('\n').find((line) => line.startsWith('E:')) ?? stderr.trim();
  throw new Error(
    `Could not fetch packages from Debian ${debianSuite} (is this machine offline?): ${reason.replace(/^E:\s*/, '')}`,
  );
}

async function inParallel<T>(width: number, items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** `libssl3t64_3.6.5-1_amd64.deb` → `{ libssl3t64: '3.6.5-1' }`; apt writes an epoch's colon as `%3a`. */
export function versionsOf(debs: readonly string[]): Record<string, string> {
  const parts = debs.map((deb) => deb.replace(/\.deb$/, '').split('_'));
  return Object.fromEntries(
    parts.map(([name = '', version = '']) => [name, decodeURIComponent(version)] as const).sort(),
  );
}

function moveIntoPlace(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    // The lock can be lost (a process stopped for minutes). The folder of the other process is as good as ours.
    if (!isComplete(to)) throw error;
  }
}

/** Debian's names for this machine's libraries. */
export function debianArchitecture(): { readonly triplet: string; readonly loader: string } {
  return process.arch === 'arm64'
    ? { triplet: 'aarch64-linux-gnu', loader: 'ld-linux-aarch64.so.1' }
    : { triplet: 'x86_64-linux-gnu', loader: 'ld-linux-x86-64.so.2' };
}

function unpacked(folder: string): UnpackedPackages {
  const { triplet, loader } = debianArchitecture();
  const path = (...parts: string[]) => join(folder, ...parts);
  const libraries = path('usr/lib', triplet);
  return {
    folder,
    path,
    versions: JSON.parse(readFileSync(path('versions.json'), 'utf8')) as Record<string, string>,
    command: (program) => ({ file: join(libraries, loader), args: ['--library-path', libraries, path(program)] }),
  };
}
