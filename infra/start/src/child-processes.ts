import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, endChild, startChild } from '@redial/servers';

export interface ChildOrder {
  readonly name: string;
  /** The program's main file, from the project's root. */
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Redial's own processes: each with its log file, ended in the reverse order of their start. */
export interface ChildProcesses {
  start(order: ChildOrder): Promise<void>;
  /** Resolves with a sentence as soon as one ends that was not stopped. */
  readonly failed: Promise<string>;
  /** SIGTERM, and SIGKILL for what has not drained within `graceMs`: a record holds all that matters. */
  stop(graceMs: number): Promise<void>;
}

/** `watch`: Node starts a process again when a file that it has loaded changes, and waits for a change when it has failed. */
export function childProcesses(root: string, logFolder: string, { watch = false } = {}): ChildProcesses {
  const nodeOptions = [...(watch ? ['--watch', '--watch-preserve-output'] : []), '--conditions=source'];
  const running: Child[] = [];
  const { promise: failed, resolve: fail } = Promise.withResolvers<string>();
  let stopping = false;
  mkdirSync(logFolder, { recursive: true });

  return {
    failed,
    async start({ name, main, env }) {
      const logFile = join(logFolder, `${name}.log`);
      // The log of the last run is kept: it shows why that one went wrong.
      if (existsSync(logFile)) renameSync(logFile, `${logFile}.1`);
      const child = await startChild(
        { file: process.execPath, args: [...nodeOptions, join(root, main)] },
        { outputFile: logFile, cwd: root, env: { ...process.env, ...env } },
      );
      running.push(child);
      void child.exited.then(({ code, signal }) => {
        if (stopping) return;
        fail(`The ${name} ended (${signal ?? `exit code ${code}`}). The end of ${logFile}:\n${lastLines(logFile)}`);
      });
    },
    async stop(graceMs) {
      stopping = true;
      for (const child of running.reverse()) await endChild(child, () => child.signal('SIGTERM'), graceMs);
    },
  };
}

function lastLines(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
}
