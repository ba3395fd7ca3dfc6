import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { type Child, endChild, startChild } from '@redial/servers';

interface ChildOrder {
  readonly name: string;
  /** The program's main file, relative to the project's root. */
  readonly main: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Redial's own processes: each with its log file, ended in the reverse order of their start. */
interface ChildProcesses {
  start(order: ChildOrder): Promise<void>;
  /** Resolves with a sentence as soon as one ends unexpectedly. */
  readonly failed: Promise<string>;
  /**
   * SIGTERM, then SIGKILL for a process that has not drained within `graceMs`. Everything that matters is in the
   * records.
   */
  stop(graceMs: number): Promise<void>;
}

/** `watch`: Node restarts a process when a loaded file changes. After a failure it waits for a change. */
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
      // The log of the last run is kept: it shows why that run failed.
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
