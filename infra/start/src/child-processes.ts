import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ChildOrder {
  readonly name: string;
  /** The program's main file, from the project's root. */
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Redial's own processes: each with its log file, ended in the reverse order of their start. */
export interface ChildProcesses {
  start(order: ChildOrder): void;
  /** Resolves with a sentence as soon as one ends that was not told to. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

/** What a process gets to drain before it is killed: the dialer waits for dial1 of the calls it has begun. */
const stopGraceMs = 20_000;

export function childProcesses(root: string, logFolder: string): ChildProcesses {
  const running: { name: string; child: ChildProcess; exited: Promise<void> }[] = [];
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>();
  let stopping = false;
  mkdirSync(logFolder, { recursive: true });

  return {
    failed,
    start({ name, main, env }) {
      const logFile = join(logFolder, `${name}.log`);
      const log = openSync(logFile, 'w');
      // Its own process group: Ctrl-C reaches this process alone, which then ends the others in order.
      const child = spawn(process.execPath, ['--conditions=source', join(root, main)], {
        cwd: root,
        env: { ...process.env, ...env },
        stdio: ['ignore', log, log],
        detached: true,
      });
      closeSync(log);
      const exited = new Promise<void>((resolve) => {
        child.once('error', (error) => end(`could not be started: ${error.message}`));
        child.once('exit', (code, signal) => end(`ended (${signal ?? `exit code ${code}`})`));
        function end(how: string) {
          if (!stopping) fail(`${name} ${how}. The end of ${logFile}:\n${lastLines(logFile)}`);
          resolve();
        }
      });
      running.push({ name, child, exited });
    },
    async stop() {
      stopping = true;
      for (const { child, exited } of running.reverse()) {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
        await exited;
        clearTimeout(timer);
      }
    },
  };
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
}
