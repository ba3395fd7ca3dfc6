import type { AttemptWatch } from '@redial/asterisk';
import type { AttemptId } from '@redial/call';
import type { Store } from '@redial/store';

/**
 * Cancels reach the watch on two ways: announced at once, which may be lost, and read from the records every few seconds, which is
 * late. One that is announced between the fence and the Originate is kept for the moment at which there is something to hang up.
 */
export interface Cancels {
  announced(attemptId: AttemptId): void;
  /** The attempt is watched from now on. */
  begun(attemptId: AttemptId): void;
  /** Passes on what the records ask for. */
  check(): Promise<void>;
}

export interface CancelsDependencies {
  readonly store: Pick<Store, 'cancelRequested'>;
  readonly watches: () => readonly Pick<AttemptWatch, 'has' | 'cancel'>[];
}

/** Announcements for attempts that other dialers watch come here too. */
const earlyMax = 1_000;

export function createCancels({ store, watches }: CancelsDependencies): Cancels {
  const early = new Set<AttemptId>();

  function pass(attemptId: AttemptId): boolean {
    const watch = watches().find((w) => w.has(attemptId));
    watch?.cancel(attemptId);
    return watch !== undefined;
  }

  return {
    announced(attemptId) {
      if (pass(attemptId)) return;
      early.add(attemptId);
      for (const oldest of early) {
        if (early.size <= earlyMax) break;
        early.delete(oldest);
      }
    },
    begun(attemptId) {
      if (early.delete(attemptId)) pass(attemptId);
    },
    async check() {
      for (const attemptId of await store.cancelRequested()) pass(attemptId);
    },
  };
}
