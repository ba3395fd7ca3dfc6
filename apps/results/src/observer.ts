import type { Pbx } from '@redial/asterisk';
import { type TrackingStore, trackAttempts } from '@redial/attempt-tracking';
import type { AttemptId } from '@redial/call';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { Queues } from '@redial/queue';
import type { AttemptStore, CallStore, PermitStore } from '@redial/store';
import { wakeWaiting } from './settle/wake-waiting.ts';

/**
 * The second observer: follows every attempt on one PBX, whichever dialer originated it. Every AMI session sees every
 * OriginateResponse, Hangup and UserEvent, so a dialer may die at any moment. An observer never originates.
 */
export interface Observer {
  /** Adopts attempts that are open in the store and unknown here: their events were missed, so they are reconciled. */
  adoptOpen(quietForMs: number): Promise<number>;
  /** False: the attempt is not watched here. */
  cancel(attemptId: AttemptId): boolean;
  /** Attempts whose end this observer will report. */
  readonly watching: number;
  stop(): Promise<void>;
}

/** Exactly what observing needs of the store. */
export type ObserverStore = TrackingStore &
  Pick<AttemptStore, 'readAttempt' | 'readAttempts' | 'openAttempts'> &
  Pick<PermitStore, 'nextWaiting'> &
  Pick<CallStore, 'readCall'>;

interface ObserverPorts {
  readonly pbx: Pbx;
  readonly store: ObserverStore;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

export function startObserver({ pbx, store, queues, clock, metrics, logger }: ObserverPorts): Observer {
  const tracking = trackAttempts({
    ...{ pbx, store, queues, clock, metrics, logger },
    process: 'results',
    recordsProgress: () => true,
    readUnknown: async (attemptId) => {
      const attempt = (await store.readAttempt(attemptId))?.value;
      return attempt?.ended === undefined ? attempt : undefined;
    },
    onReleased: (attemptId, limits) => void wakeWaiting({ store, queues, clock, logger }, { attemptId, limits }),
  });
  const { watch, reports, remember } = tracking;

  async function adoptOpen(quietForMs: number): Promise<number> {
    const ids = (await store.openAttempts(pbx.name)).filter((id) => !watch.has(id) && !reports.isPending(id));
    const attempts = await store.readAttempts(ids);
    const quiet = attempts.filter(
      // One may have ended here while the records were read.
      (a) => a.ended === undefined && !reports.isPending(a.id) && a.originatedAt + quietForMs <= clock.now(),
    );
    for (const attempt of quiet) watch.adopt(remember(attempt));
    return quiet.length;
  }

  pbx.on('up', () => {
    adoptOpen(0)
      .then((adopted) => adopted > 0 && logger.info({ pbx: pbx.name, adopted }, 'attempts in progress were adopted'))
      .catch((error: unknown) =>
        logger.error({ pbx: pbx.name, error }, 'open attempts could not be adopted; the sweeper tries again'),
      );
  });

  return {
    adoptOpen,
    cancel: (attemptId) => watch.cancel(attemptId),
    get watching() {
      return tracking.size;
    },
    stop: () => tracking.stop(),
  };
}
