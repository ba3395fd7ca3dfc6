import { vi } from 'vitest';

/** Waits until the expectation holds, with enough time for a busy machine. */
export function eventually<T>(expectation: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(expectation, { timeout: 4_500, interval: 5 });
}
