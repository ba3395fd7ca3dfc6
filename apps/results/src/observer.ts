import { type AttemptWatch, createAttemptWatch, type Pbx } from '@redial/asterisk';
import { type AttemptId, type AttemptRecord, isFromSilence } from '@redial/call';
import { type Clock, keepTrying, type Logger, type Metrics } from '@redial/platform';
import type { Queues } from '@redial/queue';
import type { Store } from '@redial/store';
import { wakeWaiting } from './settle/wake-waiting.ts';

/**
 * The second observer: watches every attempt on one PBX, whoever originated it. Every AMI session sees every OriginateResponse,
 * Hangup and UserEvent, so a dialer may die at any moment. It never originates.
 */
export interface Observer {
  /** Adopts attempts that are open in the store and unknown here: their events were missed, so they are reconciled. */
  adoptOpen(quietForMs: number): Promise<number>;
  /** False: it is not watched here. */
  cancel(attemptId: AttemptId): boolean;
  /** Attempts whose end it will put into the funnel. */
  readonly watching: number;
  stop(): Promise<void>;
}

export interface ObserverDependencies {
  readonly pbx: Pbx;
  readonly store: Store;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** While Redis is away at the most; afterwards the sweeper soon asks of attempts that nobody watches. */
const tellEveryMs = 1_000;
/** Longer than it takes until a call that outlasts its limits is seen again (`followEveryMs`). */
const heldForMs = 180_000;

export function startObserver({ pbx, store, queues, clock, metrics, logger }: ObserverDependencies): Observer {
  const records = new Map<AttemptId, Pick<AttemptRecord, 'callId' | 'claimedBy' | 'limits' | 'legLimits'>>();
  /** Attempts whose record is being read because of a signal of theirs. */
  const reading = new Set<AttemptId>();
  /** Attempts whose end is known here and cannot be told yet: a reconciliation knows less, and must not be told first. */
  const telling = new Set<AttemptId>();
  const stopping = new AbortController();

  const remember = (attempt: AttemptRecord) => {
    const { callId, limits, legLimits, claimedBy } = attempt;
    records.set(attempt.id, { callId, limits, ...(legLimits && { legLimits }), ...(claimedBy && { claimedBy }) });
    return { ...attempt, attemptId: attempt.id, pbxStartedAt: attempt.pbxStartedAt };
  };

  const wakeFor = (attemptId: AttemptId, limits: readonly string[]) =>
    wakeWaiting({ store, queues, clock }, limits).catch((error: unknown) => {
      logger.warn({ attemptId, error }, 'calls that wait for its phones were not woken; they ask again');
    });

  const watch: AttemptWatch = createAttemptWatch({
    pbx,
    clock,
    onUnknown: async (attemptId) => {
      reading.add(attemptId);
      try {
        const attempt = await store.readAttempt(attemptId);
        if (attempt === undefined || attempt.value.ended !== undefined) return undefined;
        // A reconciliation may have concluded it meanwhile: then nobody would ever forget it.
        return reading.has(attemptId) ? remember(attempt.value) : undefined;
      } finally {
        reading.delete(attemptId);
      }
    },
    onConclude: (attemptId, evidence) => {
      const record = records.get(attemptId);
      records.delete(attemptId);
      reading.delete(attemptId);
      if (record === undefined) return;
      const { callId, claimedBy } = record;
      // Redis may have forgotten that record since, and somebody have claimed the attempt anew.
      const result = {
        callId,
        attemptId,
        reportedBy: 'results',
        evidence,
        ...(isFromSilence(evidence) && { claimedBy }),
      };
      telling.add(attemptId);
      void keepTrying(() => queues.results.add(result), {
        signal: stopping.signal,
        maxDelayMs: tellEveryMs,
        onError: (error, failures) =>
          logger.error({ callId, attemptId, error, failures }, 'the result could not be queued'),
      })
        .catch(() =>
          logger.warn({ callId, attemptId }, 'stopping with a result not queued; it is reconciled at the next start'),
        )
        .finally(() => telling.delete(attemptId));
    },
    onProgress: (attemptId, phase, at, uniqueId) => {
      store.recordProgress(attemptId, phase, at, uniqueId).catch((error: unknown) => {
        logger.debug({ attemptId, phase, error }, 'progress not recorded');
      });
    },
    onRelease: (attemptId, leg) => {
      const record = records.get(attemptId);
      if (record === undefined) return;
      store.releaseLeg({ ...record, id: attemptId }, leg).then(
        () => wakeFor(attemptId, record.legLimits?.[leg] ?? []),
        (error: unknown) =>
          logger.warn(
            { attemptId, leg, error },
            'the permits of a leg that has ended were not given back; they are with the attempt',
          ),
      );
    },
    onHold: (attemptId, at) => {
      const record = records.get(attemptId);
      if (record === undefined) return;
      store.extendPermits({ ...record, id: attemptId }, at + heldForMs).catch((error: unknown) => {
        logger.warn({ attemptId, error }, 'the permits of a call that outlasts its limits were not held for longer');
      });
    },
    onIgnored: (phase, signal) => metrics.signalIgnored(phase, signal),
    onFault: (attemptId, doing, error) =>
      logger.error({ attemptId, pbx: pbx.name, doing, error }, 'a fault while an attempt was watched'),
  });

  async function adoptOpen(quietForMs: number): Promise<number> {
    const ids = (await store.openAttempts(pbx.name)).filter((id) => !watch.has(id) && !telling.has(id));
    const attempts = await store.readAttempts(ids);
    const quiet = attempts.filter(
      // One may have ended here while the records were read.
      (a) => a.ended === undefined && !telling.has(a.id) && a.originatedAt + quietForMs <= clock.now(),
    );
    for (const attempt of quiet) watch.adopt(remember(attempt));
    return quiet.length;
  }

  pbx.on('up', ({ pbxStartedAt, version }) => {
    logger.info({ pbx: pbx.name, pbxStartedAt, version }, 'PBX connected');
    adoptOpen(0)
      .then((adopted) => adopted > 0 && logger.info({ pbx: pbx.name, adopted }, 'attempts under way adopted'))
      .catch((error: unknown) =>
        logger.error({ pbx: pbx.name, error }, 'open attempts could not be adopted; the sweeper tries again'),
      );
  });
  pbx.on('down', (reason) => logger.warn({ pbx: pbx.name, reason }, 'PBX disconnected'));
  pbx.on('anomaly', (what) => logger.warn({ pbx: pbx.name, what }, 'AMI protocol anomaly'));
  pbx.start();

  return {
    adoptOpen,
    cancel: (attemptId) => watch.cancel(attemptId),
    get watching() {
      return records.size;
    },
    async stop() {
      stopping.abort();
      watch.stop();
      records.clear();
      await pbx.stop();
    },
  };
}
