import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The memory of a process after a garbage collection. `external` includes Buffers. */
export type Memory = Pick<NodeJS.MemoryUsage, 'rss' | 'heapUsed' | 'external'>;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Twice: objects that the first collection frees may hold more memory, above all Buffers. */
export function collectGarbage(): void {
  collect();
  collect();
}

export async function ownMemory(): Promise<Memory> {
  collectGarbage();
  return process.memoryUsage();
}

/** Reads the memory of other processes. */
export interface MemoryProbe {
  /** The environment for the watched processes. */
  readonly env: Readonly<Record<string, string>>;
  read(pid: number): Promise<Memory>;
  remove(): void;
}

const answerMs = 20_000;

export function createMemoryProbe(): MemoryProbe {
  const folder = mkdtempSync(join(tmpdir(), 'redial-memory-'));
  const preload = fileURLToPath(new URL('./memory.preload.ts', import.meta.url));
  return {
    env: { NODE_OPTIONS: `--import=${preload}`, REDIAL_FUZZ_MEMORY: folder },
    read: async (pid) => {
      const answer = join(folder, String(pid));
      rmSync(answer, { force: true });
      process.kill(pid, 'SIGWINCH');
      for (const until = Date.now() + answerMs; Date.now() < until; await wait(20)) {
        const text = existsSync(answer) ? readFileSync(answer, 'utf8') : '';
        if (text !== '') return JSON.parse(text) as Memory;
      }
      throw new Error(`process ${pid} did not tell its memory within ${answerMs} ms`);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
