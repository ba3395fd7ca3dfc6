import { setTimeout as pass } from 'node:timers/promises';

export interface Patience {
  /** The awaited condition, in words for the error. */
  readonly what: string;
  readonly withinMs?: number;
  readonly everyMs?: number;
}

/** Resolves once the condition holds. For worlds that several tests share and that no single test can poll. */
export async function until(holds: () => boolean | Promise<boolean>, patience: Patience): Promise<void> {
  const { what, withinMs = 20_000, everyMs = 50 } = patience;
  for (const deadline = performance.now() + withinMs; performance.now() < deadline; await pass(everyMs)) {
    if (await holds()) return;
  }
  throw new Error(`${withinMs} ms have passed, and still not: ${what}`);
}
