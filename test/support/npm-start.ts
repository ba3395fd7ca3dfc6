import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '@redial/servers';

/** Ports and a data folder of this test only, the same for several starts. */
export interface StartPlace {
  readonly httpPort: number;
  readonly redisPort: number;
  readonly amiPort: number;
  readonly sipPort: number;
  readonly folder: string;
  readonly options: readonly string[];
  /** The output of a process of the last start. */
  log(process: string): string;
  remove(): void;
}

export async function aPlace(): Promise<StartPlace> {
  const folder = mkdtempSync(join(tmpdir(), 'redial-start-'));
  const [httpPort, redisPort, amiPort] = [await freePort('tcp'), await freePort('tcp'), await freePort('tcp')];
  const sipPort = await freePort('udp');
  const ports = { http: httpPort, redis: redisPort, ami: amiPort, sip: sipPort };
  const options = Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
  return {
    httpPort,
    redisPort,
    amiPort,
    sipPort,
    folder,
    options: [...options, '--data', folder],
    log: (process) => readFileSync(join(folder, 'logs', `${process}.log`), 'utf8'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The contents of the banner. */
export interface Reported {
  readonly apiKey: string;
  readonly login: string;
  readonly docs: string;
  readonly dashboard: string;
  /** The three lines that place a call, as printed. */
  readonly lines: readonly [answered: string, busyTwice: string, later: string];
  /** A call in a vendor's format. */
  readonly vendorLine: string;
  readonly vendorPassword: string;
  readonly vendorKey: string;
  /** The line that reads the call with this id. */
  readLine(id: string): string;
}

export interface Started {
  readonly pid: number;
  /** Both streams, so far. */
  output(): string;
  /** Resolves with the output as soon as it has this text. Rejects if the process ends before. */
  prints(text: string): Promise<string>;
  ready(): Promise<Reported>;
  /** Pids of all processes below it now, itself included. */
  family(): readonly number[];
  /** Those of them that a terminal's Ctrl-C reaches. */
  group(): readonly number[];
  /** To this process only, or to its whole group, as a terminal does. No error if it has ended. */
  signal(signal: NodeJS.Signals, to?: 'process' | 'group'): void;
  readonly exit: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

export interface StartHow {
  /** `npm`: with the wrapper. Else the command of `npm start` in package.json. */
  readonly by?: 'npm' | 'script';
  readonly env?: Readonly<Record<string, string>>;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

// The end of the test run ends all that it started.
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const { pid } of running) if (pid !== undefined) send('SIGKILL', -pid);
});

export function npmStart(options: readonly string[], { by = 'script', env = {} }: StartHow = {}): Started {
  const [program = '', ...args] = by === 'npm' ? ['npm', 'start', '--', ...options] : [...script(), ...options];
  const child = spawn(program, args, {
    cwd: root,
    // A group of its own, as a shell makes for a command: Ctrl-C goes to a group.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  const pid = child.pid ?? 0;
  let output = '';
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      for (const look of watchers) look();
    });
  }
  // `close`: processes that it started may write a little longer than it lives.
  const exit = new Promise<Awaited<Started['exit']>>((done) => {
    child.once('close', (code, signal) => done({ code, signal }));
  });
  running.add(child);
  child.once('close', () => running.delete(child));

  const prints = (text: string) =>
    new Promise<string>((done, failed) => {
      const look = () => {
        if (!output.includes(text)) return;
        watchers.delete(look);
        done(output);
      };
      watchers.add(look);
      void exit.then(() => failed(new Error(`It ended and never said "${text}":\n${output}`)));
      look();
    });
  return {
    pid,
    output: () => output,
    prints,
    ready: async () => reported(await prints('Ctrl-C stops everything.')),
    family: () => familyOf(pid),
    group: () => familyOf(pid).filter((member) => stat(member)?.group === pid),
    signal: (signal, to = 'process') => send(signal, to === 'group' ? -pid : pid),
    exit,
  };
}

/** Runs a printed line as a new user does: pasted into a shell. */
// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered, and asserts on it
export function paste(line: string): Promise<any> {
  return new Promise((done, failed) => {
    execFile('sh', ['-c', line], (error, stdout, stderr) => {
      if (error !== null)
        return failed(new Error(`This line needs curl, and ended with ${error.code}: ${line}\n${stderr}`));
      done(JSON.parse(stdout));
    });
  });
}

/** Those of the pids that still run. A zombie has ended: only its parent has not read its result yet. */
export function alive(pids: readonly number[]): readonly number[] {
  return pids.filter((pid) => stat(pid) !== undefined);
}

/** The process whose command line has this text. */
export function theOne(pids: readonly number[], text: string): number {
  const found = alive(pids).filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(text));
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} processes have ${text}`);
  return found[0];
}

function script(): readonly string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return scripts.start.replace(/^exec /, '').split(' ');
}

function reported(output: string): Reported {
  const lines = output.split('\n').map((line) => line.trim());
  const find = (pattern: RegExp) => {
    const [, found = ''] = pattern.exec(output) ?? [];
    if (found === '') throw new Error(`The banner has no ${pattern}:\n${output}`);
    return found;
  };
  const [answered, busyTwice, later] = lines.filter((line) => line.startsWith('curl ') && line.includes(' -d '));
  const vendor = lines.find((line) => line.startsWith('curl ') && line.includes('/API/dialup.php'));
  const read = lines.find((line) => line.startsWith('curl ') && line.includes('<id>'));
  if (
    answered === undefined ||
    busyTwice === undefined ||
    later === undefined ||
    read === undefined ||
    vendor === undefined
  )
    throw new Error(`The banner lacks a curl line:\n${output}`);
  return {
    apiKey: find(/API key +(\S+)/),
    login: find(/login (\S+ \/ \S+)/).replace(' / ', ':'),
    docs: find(/Docs +(\S+)/),
    dashboard: find(/Dashboard +(\S+)/),
    lines: [answered, busyTwice, later],
    vendorLine: vendor,
    vendorPassword: find(/password (\S+), key/),
    vendorKey: find(/password \S+, key ([A-Za-z0-9_-]+)/),
    readLine: (id) => read.replace('<id>', id),
  };
}

function familyOf(ancestor: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const parent = /^\d+$/.test(name) ? stat(Number(name))?.parent : undefined;
    if (parent !== undefined) parents.set(Number(name), parent);
  }
  const family = [ancestor];
  for (const member of family) {
    for (const [pid, parent] of parents) if (parent === member) family.push(pid);
  }
  return family;
}

/** Undefined if it has ended. */
function stat(pid: number): { readonly parent: number; readonly group: number } | undefined {
  try {
    // The name, in brackets, may contain any character.
    const [state, parent, group] = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return state === 'Z' || state === 'X' ? undefined : { parent: Number(parent), group: Number(group) };
  } catch {
    return undefined;
  }
}

function send(signal: NodeJS.Signals, target: number): void {
  try {
    process.kill(target, signal);
  } catch {
    // It has ended.
  }
}
