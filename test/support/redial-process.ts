import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '@redial/servers';
import type { Version } from '../fixtures/version.ts';

export interface RedialProcess {
  readonly name: string;
  /** The URL of an API. */
  readonly url?: string;
  readonly pid: number;
  /** SIGKILL, as in a crash. */
  kill(): Promise<void>;
  /** SIGTERM: drains. Resolves with the exit code. */
  stop(): Promise<number | null>;
  start(): void;
  /**
   * Resolves once it works: an API by its `/readyz`, the others by their output. Rejects if it has ended, or after two
   * minutes.
   */
  ready(): Promise<void>;
  log(): string;
  /** Paths of Redial's own files that it runs. Known only for an earlier version. */
  loaded(): readonly string[];
}

export type ProcessKind = 'api' | 'dialer' | 'results';

export interface RedialProcessOptions {
  readonly name: string;
  readonly kind: ProcessKind;
  /** The folder of its log. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  /** Undefined: today's. */
  readonly version: Version | undefined;
  /** The target of its log, instead of a file with the whole log. */
  readonly output?: Output | undefined;
  /** Absent: the sources, on the Node that runs the tests. */
  readonly built?: Built | undefined;
}

/** Redial as in production: the output of `tsc`, on its own Node. */
export interface Built {
  /** The program. */
  readonly node: string;
}

/** `full`: a disk without space. `unread`: a pipe without a reader. */
export type Output = 'full' | 'unread';

/** A start takes a second or two, and on a busy machine thirty. This limit measures nothing. */
export const readyMs = 120_000;

const loadedPreload = fileURLToPath(new URL('./loaded.preload.ts', import.meta.url));

/** The end of the test run ends its processes. */
const killAtExit = new Set<() => void>();
process.once('exit', () => {
  for (const kill of killAtExit) kill();
});

/** One process, not yet started. It may be started again once it has ended. */
export function redialProcess({
  name,
  kind,
  folder,
  env,
  version,
  built,
  output: goesTo,
}: RedialProcessOptions): RedialProcess {
  const logFile = join(folder, `${name}.log`);
  const loadedFile = join(folder, `${name}.loaded`);
  const url = kind === 'api' ? `http://127.0.0.1:${env['REDIAL_HTTP_PORT']}` : undefined;
  let child: ChildProcess | undefined;
  let exited: Promise<number | null> = Promise.resolve(null);
  let loggedBefore = 0;
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child?.kill(signal);
    return exited;
  };
  const log = () => readFileSync(logFile, 'utf8');
  /** Undefined: it is ready. */
  async function whyNotReady(): Promise<string | undefined> {
    if (url === undefined) return log().includes('"msg":"ready"', loggedBefore) ? undefined : 'its log does not say so';
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(10_000) });
      return answer.ok ? undefined : `/readyz answers ${answer.status} ${await answer.text()}`;
    } catch (error) {
      return `/readyz: ${(error as Error).cause ?? error}`;
    }
  }
  killAtExit.add(() => child?.kill('SIGKILL'));
  return {
    name,
    ...(url !== undefined && { url }),
    get pid() {
      return child?.pid ?? -1;
    },
    start() {
      const main = join(version?.root ?? repositoryRoot, 'apps', kind, built ? 'dist/main.js' : 'src/main.ts');
      const preload = version === undefined ? [] : [`--import=${loadedPreload}`];
      loggedBefore = existsSync(logFile) ? log().length : 0;
      const output = openSync(goesTo === 'full' ? '/dev/full' : logFile, 'a');
      const source = ['--conditions=source', ...preload];
      const started = spawn(built?.node ?? process.execPath, [...(built ? [] : source), main], {
        cwd: repositoryRoot,
        env: { ...process.env, ...env, REDIAL_TEST_LOADED: loadedFile },
        stdio: ['ignore', goesTo === 'unread' ? 'pipe' : output, output],
      });
      closeSync(output);
      child = started;
      exited = new Promise((resolve) => started.once('exit', (code) => resolve(code)));
    },
    async ready() {
      const deadline = performance.now() + readyMs;
      for (let why = await whyNotReady(); why !== undefined; why = await whyNotReady()) {
        const hasEnded = child === undefined || child.exitCode !== null || child.signalCode !== null;
        if (hasEnded || performance.now() > deadline) {
          const ended = hasEnded ? `it has ended with ${child?.exitCode ?? child?.signalCode}; ` : '';
          const libraries = version?.otherLibraries.map((other) => `\n${other}`).join('') ?? '';
          throw new Error(`${name} did not get ready: ${ended}${why}${libraries}\n${log().slice(-3_000)}`);
        }
        await pause(50);
      }
    },
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
    log,
    loaded: () => (existsSync(loadedFile) ? readFileSync(loadedFile, 'utf8').trimEnd().split('\n') : []),
  };
}
