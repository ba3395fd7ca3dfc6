import type { AttemptWatch } from '@redial/asterisk';
import type { AttemptId } from '@redial/call';
import type { Store } from '@redial/store';

/**
 * Cancels reach the watch on two ways: announced at once, which may be lost, and read from the records every few seconds, which is
 * late. One of an attempt that is not watched here is remembered: it may be between its claim and its Originate, which then must not follow.
 */
export interface Cancels {
  announced(attemptId: AttemptId): void;
  /** Whether one has come for this attempt, which was not watched here at the time. */
  heard(attemptId: AttemptId): boolean;
  /** Passes on what the records ask for. */
  check(): Promise<void>;
}

export interface CancelsDependencies {
  readonly store: Pick<Store, 'cancelRequested'>;
  readonly watches: () => readonly Pick<AttemptWatch, 'has' | 'cancel'>[];
}

/** Those of attempts that other dialers watch come here too. */
const rememberedMax = 1_000;

export function createCancels({ store, watches }: CancelsDependencies): Cancels {
  const unwatched = new Set<AttemptId>();

  function announced(attemptId: AttemptId): void {
    const watch = watches().find((w) => w.has(attemptId));
    if (watch !== undefined) {
      watch.cancel(attemptId);
      return;
    }
    unwatched.add(attemptId);
    for (const oldest of unwatched) {
      if (unwatched.size <= rememberedMax) break;
      unwatched.delete(oldest);
    }
  }

  return {
    announced,
    heard: (attemptId) => unwatched.has(attemptId),
    async check() {
      for (const attemptId of await store.cancelRequested()) announced(attemptId);
    },
  };
}
