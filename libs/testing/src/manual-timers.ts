import type { Timers } from '@redial/asterisk';

/** Timers that a test runs, and their clock. */
export interface ManualTimers extends Timers {
  now(): number;
  /** Moves the clock, and runs the timers that are due, in order. */
  advance(ms: number): void;
  /** How long each running timer still has, in ms, shortest first. */
  readonly pending: readonly number[];
}

export function manualTimers(start = 1_700_000_000_000): ManualTimers {
  let now = start;
  const timers = new Set<{ at: number; run: () => void }>();
  return {
    now: () => now,
    start: (afterMs, run) => {
      const timer = { at: now + afterMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance: (ms) => {
      const end = now + ms;
      for (;;) {
        const due = [...timers].filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
        if (due === undefined) break;
        timers.delete(due);
        now = Math.max(now, due.at);
        due.run();
      }
      now = end;
    },
    get pending() {
      return [...timers].map((timer) => timer.at - now).sort((a, b) => a - b);
    },
  };
}
