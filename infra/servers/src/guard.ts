/**
 * The commands to undo the work of this process when it ends, even by SIGKILL. A small shell keeps the list, and runs
 * it when the pipe to it closes. (Node's `exit` event is not sent for signals, and a left-over server would keep its
 * port.)
 */
import { spawn } from 'node:child_process';

let guards = 0;
let shell: { write(line: string): void } | undefined;

/** Adds a command for /bin/sh, in one line. The returned function removes it. */
export function guard(command: string): () => void {
  const name = `guard_${++guards}`;
  shell ??= startShell();
  shell.write(`+${name} ${command}\n`);
  return () => shell?.write(`-${name}\n`);
}

function startShell(): { write(line: string): void } {
  const script = `names=" "
while read -r line; do
  rest="\${line#?}"
  name="\${rest%% *}"
  case "$line" in
    +*) names="$names$name "; eval "$name=\\\${rest#* }" ;;
    -*) names="\${names%% $name *} \${names#* $name }" ;;
  esac
done
for name in $names; do eval "command=\\$$name"; sh -c "$command" >/dev/null 2>&1; done`;
  // Detached: a Ctrl-C in the terminal reaches the whole group, and this shell must outlive it.
  const child = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.on('error', () => {}); // Without a shell, stop() of their owners still ends the servers.
  child.stdin.on('error', () => {});
  (child.stdin as unknown as { unref?(): void }).unref?.();
  return { write: (line) => void child.stdin.write(line) };
}
