import type { AttemptWatch } from '@redial/asterisk';
import type { AttemptId } from '@redial/call';
import { createRecentIds, type Logger, runPeriodically } from '@redial/platform';
import type { CancelStore } from '@redial/store';

/**
 * A cancel reaches the watch in two ways. An announcement arrives at once but can be lost. The records are read every
 * few seconds. A cancel of an attempt that is not watched here is remembered. The attempt may be between its claim and
 * its Originate, which then must not follow.
 */
export interface Cancels {
  announced(attemptId: AttemptId): void;
  /** Whether a cancel has come for this attempt, which was not watched here at the time. */
  isRequested(attemptId: AttemptId): boolean;
  /** Passes on the cancels that the records request. */
  check(): Promise<void>;
}

interface CancelsPorts {
  readonly store: Pick<CancelStore, 'cancelRequested'>;
  readonly watches: () => readonly Pick<AttemptWatch, 'cancel'>[];
}

/** These include attempts that other dialers watch. */
const rememberedMax = 1_000;
/** How often the records are read: an announced cancel may be lost. */
const checkEveryMs = 2_000;

export function createCancels({ store, watches }: CancelsPorts): Cancels {
  const unwatched = createRecentIds<AttemptId>(rememberedMax);

  function announced(attemptId: AttemptId): void {
    if (watches().some((watch) => watch.cancel(attemptId))) return;
    unwatched.add(attemptId);
  }

  return {
    announced,
    isRequested: (attemptId) => unwatched.has(attemptId),
    async check() {
      for (const attemptId of await store.cancelRequested()) announced(attemptId);
    },
  };
}

interface FollowedCancels extends Pick<Cancels, 'isRequested'> {
  stop(): Promise<void>;
}

/** Resolves once this process is subscribed to announcements. */
export async function followCancels({
  store,
  watches,
  logger,
}: CancelsPorts & {
  readonly store: Pick<CancelStore, 'cancelRequested' | 'onCancel'>;
  readonly logger: Logger;
}): Promise<FollowedCancels> {
  const cancels = createCancels({ store, watches });
  const onError = (error: unknown) =>
    logger.warn({ error }, 'requested cancels could not be read; they are read again soon');
  const stopListening = await store.onCancel(
    (_pbx, attemptId) => cancels.announced(attemptId),
    () => void cancels.check().catch(onError),
  );
  const checking = runPeriodically(checkEveryMs, cancels.check, onError);
  return {
    isRequested: cancels.isRequested,
    async stop() {
      stopListening();
      await checking.stop();
    },
  };
}
