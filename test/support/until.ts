import { setTimeout as pass } from 'node:timers/promises';

export interface Patience {
  /** What is waited for, in words: what the error says did not come. */
  readonly what: string;
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** Resolves once it holds. For worlds that several tests share, where no test of its own is there to poll in. */
export async function until(holds: () => boolean | Promise<boolean>, patience: Patience): Promise<void> {
  const { what, withinMs = 20_000, everyMs = 50 } = patience;
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await pass(everyMs)) {
    if (await holds()) return;
  }
  throw new Error(`${withinMs} ms have passed, and still not: ${what}`);
}
