import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The tests' access to Redial's processes; see probe.preload.ts. */
export interface Probe {
  /** The environment for the observed processes. */
  readonly env: Readonly<Record<string, string>>;
  /** From now on their clocks are wrong by this offset, and so are those of later processes. */
  stepClocks(pids: readonly number[], offsetMs: number): Promise<void>;
  /** How many timers a process has running. */
  timers(pid: number): Promise<number>;
  remove(): void;
}

const preload = fileURLToPath(new URL('./probe.preload.ts', import.meta.url));
const answerMs = 10_000;

export function createProbe(): Probe {
  const folder = mkdtempSync(join(tmpdir(), 'redial-probe-'));
  const clock = join(folder, 'clock');
  writeFileSync(clock, '0');

  async function timers(pid: number): Promise<number> {
    const answer = join(folder, `${pid}.timers`);
    rmSync(answer, { force: true });
    process.kill(pid, 'SIGWINCH');
    for (const until = Date.now() + answerMs; Date.now() < until; await wait(5)) {
      const text = existsSync(answer) ? readFileSync(answer, 'utf8') : '';
      if (text !== '') return Number(text);
    }
    throw new Error(`process ${pid} did not answer within ${answerMs} ms`);
  }

  return {
    env: { NODE_OPTIONS: `--import=${preload}`, REDIAL_TEST_PROBE: folder },
    stepClocks: async (pids, offsetMs) => {
      writeFileSync(clock, String(offsetMs));
      await Promise.all(pids.map(timers));
    },
    timers,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
