import type { Agenda } from './agenda.ts';
import type { Random } from './random.ts';

/**
 * While it is on, the timers and the randomness of all code that an actor runs are the world's. The processes are the
 * real ones, and use the globals. The returned function turns it off. Code outside of any step keeps the real globals.
 */
export function virtualTime(agenda: Agenda, random: Random): () => void {
  const real = { setTimeout, clearTimeout, random: Math.random };
  const running = new Map<object, () => void>();

  const start = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): unknown => {
    const { actor } = agenda;
    if (actor === undefined) return real.setTimeout(run, ms, ...args);
    const timer = { unref: () => timer, ref: () => timer };
    const stop = agenda.after(Math.max(1, ms), actor, () => {
      running.delete(timer);
      run(...args);
    });
    running.set(timer, stop);
    return timer;
  };
  const stop = (timer: unknown): void => {
    const called = typeof timer === 'object' && timer !== null ? running.get(timer) : undefined;
    if (called === undefined) {
      real.clearTimeout(timer as NodeJS.Timeout);
    } else {
      running.delete(timer as object);
      called();
    }
  };

  Object.assign(globalThis, { setTimeout: start, clearTimeout: stop });
  Math.random = () => (agenda.actor === undefined ? real.random() : random.next());
  return () => {
    Object.assign(globalThis, { setTimeout: real.setTimeout, clearTimeout: real.clearTimeout });
    Math.random = real.random;
  };
}
