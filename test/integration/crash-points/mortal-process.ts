import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface MortalProcess {
  /** The URL of an API. */
  readonly url: string;
  /** SIGKILL, at once. */
  kill(): void;
  /** Resolves when it is gone. */
  readonly gone: Promise<void>;
}

const root = fileURLToPath(new URL('../../..', import.meta.url));
const clockAhead = fileURLToPath(new URL('clock-ahead.ts', import.meta.url));
const readyMarks = { api: /"msg":"listening"/, dialer: /"msg":"ready"/, results: /"msg":"ready"/ };

/** One of the three processes, as its users run it, with a clock that is `aheadMs` ahead. Resolves when it is ready. */
export async function startProcess(
  kind: keyof typeof readyMarks,
  env: Readonly<Record<string, string>>,
  aheadMs: number,
): Promise<MortalProcess> {
  const main = `${root}apps/${kind}/src/main.ts`;
  const child = spawn(process.execPath, ['--conditions=source', `--import=${clockAhead}`, main], {
    cwd: root,
    env: { ...process.env, ...env, CLOCK_AHEAD_MS: String(aheadMs) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => void child.kill('SIGKILL');
  // The end of the test run ends its processes.
  process.once('exit', kill);
  const gone = new Promise<void>((resolve) => {
    child.once('close', () => {
      process.off('exit', kill);
      resolve();
    });
  });
  const line = await firstLine(child, kind);
  return { url: /"url":"(http[^"]+)"/.exec(line)?.[1] ?? '', kill, gone };
}

/** The line that the process prints when it is ready. Rejects with its output if it ends before. */
function firstLine(child: ChildProcess, kind: keyof typeof readyMarks): Promise<string> {
  return new Promise((resolve, reject) => {
    const lines: string[] = [];
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      createInterface({ input: stream }).on('line', (line) => {
        if (lines.push(line) > 100) lines.shift();
        if (readyMarks[kind].test(line)) resolve(line);
      });
    }
    child.once('close', (code) => reject(new Error(`${kind} ended with ${code}:\n${lines.join('\n')}`)));
  });
}
