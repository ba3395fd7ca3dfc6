import type { Actor, Agenda } from './agenda.ts';
import type { Random } from './random.ts';

/**
 * The network to Redis and back. A command takes effect at one instant and is answered at a later one, and its process
 * may die before, between and after the two. When Redis goes away it has died, and may lose what it has not synced
 * (`onDeath`).
 */
export interface Redis {
  /**
   * Runs `apply` there. Rejects while Redis is away, and if the connection broke before the answer: then `apply` may
   * have run.
   */
  ask<T>(process: Actor, apply: () => T): Promise<T>;
  /** Calls several listeners one after the other. A message may get lost. */
  tell(process: Actor, hear: () => void): void;
  /** For this time nothing is executed or answered. Afterwards Redis continues as before. */
  pause(ms: number): void;
  /** Connections break at once, and no new one can be made. */
  goAway(ms: number): void;
  readonly pausedUntil: number;
  /** Redis is gone, and comes back with the data on its disk. */
  onDeath(forget: () => void): void;
  /** The instant until which it does not answer, or did not. */
  readonly failedUntil: number;
  onBack(listener: { readonly process: Actor; readonly hear: () => void }): void;
}

export function createRedis(agenda: Agenda, random: Random): Redis {
  let [pausedUntil, awayUntil, breaks] = [0, 0, 0];
  const listening = new Set<{ readonly process: Actor; readonly hear: () => void }>();
  const dying: (() => void)[] = [];
  /** Mostly short; sometimes behind a large command. */
  const latencyMs = () => (random.chance(0.01) ? random.int(20, 400) : 1 + 2 * random.next());

  return {
    get pausedUntil() {
      return pausedUntil;
    },
    get failedUntil() {
      return Math.max(pausedUntil, awayUntil);
    },
    ask: (process, apply) =>
      new Promise((resolve, reject) => {
        const asked = breaks;
        const arrive = (): void => {
          if (agenda.now < pausedUntil) {
            agenda.at(pausedUntil + latencyMs(), undefined, arrive);
            return;
          }
          const gone = () => reject(new Error('Redis is gone'));
          if (agenda.now < awayUntil || breaks !== asked) {
            agenda.after(1, process, gone);
            return;
          }
          let answer: () => void;
          try {
            const done = apply();
            answer = () => resolve(done);
          } catch (error) {
            answer = () => reject(error);
          }
          agenda.after(latencyMs(), process, () => (breaks === asked ? answer() : gone()));
        };
        agenda.after(latencyMs(), undefined, arrive);
      }),
    tell: (process, hear) => {
      if (agenda.now < awayUntil || random.chance(0.05)) return;
      agenda.at(Math.max(pausedUntil, agenda.now + latencyMs()), process, hear);
    },
    pause: (ms) => {
      pausedUntil = agenda.now + ms;
    },
    goAway: (ms) => {
      awayUntil = agenda.now + ms;
      breaks++;
      for (const forget of dying) forget();
      agenda.at(awayUntil + 1, undefined, () => {
        for (const each of listening) {
          if (each.process.isAlive) agenda.after(random.int(10, 1_000), each.process, each.hear);
          else listening.delete(each);
        }
      });
    },
    onDeath: (forget) => void dying.push(forget),
    onBack: (listener) => void listening.add(listener),
  };
}
