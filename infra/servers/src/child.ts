/**
 * Servers started as children of this process.
 *
 * 1. No child outlives its parent: see guard.ts.
 * 2. A child has a process group of its own: Ctrl-C in the terminal reaches its owner alone, which ends all in the
 *    right order.
 * 3. Only its `exit` event shows that a child has ended: `kill -0` finds zombies alive.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { guard } from './guard.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A server that this process started: a process, or a container that acts as one. */
export interface Child {
  /** On this machine. */
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  /** Resolves once the signal is sent. To an ended child it has no effect. */
  signal(signal: NodeJS.Signals): Promise<void>;
  /** SIGKILL, and waits until it is gone. Works on a paused child too. */
  kill(): Promise<void>;
}

interface ChildOptions {
  /** Standard output and error are appended to this file. */
  readonly outputFile: string;
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

export async function startChild(
  command: { file: string; args: readonly string[] },
  options: ChildOptions,
): Promise<Child> {
  const output = openSync(options.outputFile, 'a');
  const child = spawn(command.file, command.args, {
    stdio: ['ignore', output, output],
    env: options.env ?? process.env,
    detached: true,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(output);
  await started(child, command.file);
  const pid = child.pid as number;
  const release = guard(`kill -9 ${pid}`);

  let exit: Exit | undefined;
  const exited = new Promise<Exit>((done) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      release();
      done(exit);
    });
  });
  const signal = async (name: NodeJS.Signals) => void child.kill(name);
  return {
    pid,
    exited,
    exit: () => exit,
    signal,
    kill: killing({ signal, exited }),
  };
}

export function killing({ signal, exited }: Pick<Child, 'signal' | 'exited'>): Child['kill'] {
  return async () => {
    await signal('SIGKILL');
    await exited;
  };
}

/** Requests the end, waits, then kills. */
export async function endChild(child: Child, ask: () => Promise<unknown>, graceMs: number): Promise<void> {
  if (child.exit() !== undefined) return;
  await child.signal('SIGCONT'); // A paused child handles no signal.
  const kill = () => void child.signal('SIGKILL').catch(() => {});
  const timer = setTimeout(kill, graceMs);
  ask().catch(kill);
  await child.exited;
  clearTimeout(timer);
}

function started(child: ChildProcess, file: string): Promise<void> {
  return new Promise((done, failed) => {
    child.once('spawn', done);
    child.once('error', (error) => failed(new Error(`Could not start ${file}: ${error.message}`)));
  });
}
