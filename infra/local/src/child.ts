/**
 * Servers started as children of this process.
 *
 * 1. No child outlives its parent, not even one killed with SIGKILL: a small shell keeps the list of children and, when the pipe to it
 *    closes, ends them. (Node's `exit` event is not sent for signals, and a left-over server would keep its port.)
 * 2. A child's end is known from its `exit` event alone: `kill -0` finds zombies alive.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface Child {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Undefined while it runs. */
  exit(): Exit | undefined;
  signal(signal: NodeJS.Signals): void;
  /** SIGKILL, and waits until it is gone. Works on a paused child too. */
  kill(): Promise<void>;
}

export interface ChildOptions {
  /** Standard output and error go to the end of this file. */
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
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  closeSync(output);
  await started(child, command.file);
  const pid = child.pid as number;
  guard().write(`+${pid}\n`);

  let exit: Exit | undefined;
  const exited = new Promise<Exit>((done) => {
    child.once('exit', (code, signal) => {
      exit = { code, signal };
      guard().write(`-${pid}\n`);
      done(exit);
    });
  });
  const signal = (name: NodeJS.Signals) => void child.kill(name);
  return {
    pid,
    exited,
    exit: () => exit,
    signal,
    kill: async () => {
      signal('SIGKILL');
      await exited;
    },
  };
}

/** Asks politely, waits, then kills. */
export async function endChild(child: Child, ask: () => void, graceMs: number): Promise<void> {
  if (child.exit() !== undefined) return;
  child.signal('SIGCONT'); // A paused one hears nothing.
  ask();
  const timer = setTimeout(() => child.signal('SIGKILL'), graceMs);
  await child.exited;
  clearTimeout(timer);
}

function started(child: ChildProcess, file: string): Promise<void> {
  return new Promise((done, failed) => {
    child.once('spawn', done);
    child.once('error', (error) => failed(new Error(`Could not start ${file}: ${error.message}`)));
  });
}

let guardShell: { write(line: string): void } | undefined;

function guard(): { write(line: string): void } {
  if (guardShell) return guardShell;
  const script = `pids=" "
while read -r line; do
  pid="\${line#?}"
  case "$line" in
    +*) pids="$pids$pid " ;;
    -*) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done`;
  // Detached: a Ctrl-C in the terminal reaches the whole group, and this one must outlive it.
  const shell = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  shell.unref();
  shell.on('error', () => {}); // Without a shell children are still ended by their owners' stop().
  shell.stdin.on('error', () => {});
  (shell.stdin as unknown as { unref?(): void }).unref?.();
  guardShell = { write: (line) => void shell.stdin.write(line) };
  return guardShell;
}
