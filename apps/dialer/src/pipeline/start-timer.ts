import type { Clock } from '@redial/platform';

export interface StartTimer {
  /** True at `at`; false as soon as `stop` is called. */
  waitUntil(at: number): Promise<boolean>;
  stop(): void;
}

/** Holds granted starts until their moment: how an attempt a second is one attempt a second. */
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
