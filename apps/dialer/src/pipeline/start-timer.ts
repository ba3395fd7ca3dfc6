import type { Clock } from '@redial/platform';

interface StartTimer {
  /** Resolves with true at `at`, or with false as soon as `stop` is called. */
  waitUntil(at: number): Promise<boolean>;
  stop(): void;
}

/** Waits for granted starts. Limits per second are kept because each start is granted for its own instant. */
export function createStartTimer(clock: Clock): StartTimer {
  const waiting = new Set<(started: boolean) => void>();
  let stopped = false;
  return {
    waitUntil(at) {
      if (stopped) return Promise.resolve(false);
      return new Promise((resolve) => {
        const timer = setTimeout(() => finish(true), Math.max(0, at - clock.now()));
        const finish = (started: boolean) => {
          clearTimeout(timer);
          waiting.delete(finish);
          resolve(started);
        };
        waiting.add(finish);
      });
    },
    stop() {
      stopped = true;
      for (const finish of [...waiting]) finish(false);
    },
  };
}
