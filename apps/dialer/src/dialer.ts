import { type AttemptWatch, createAttemptWatch, type Pbx } from '@redial/asterisk';
import { createCancels } from '@redial/attempt-tracking';
import { type AttemptId, type AttemptRecord, type Configuration, isFromSilence } from '@redial/call';
import { type Clock, every, keepTrying, type Logger, type Metrics } from '@redial/platform';
import type { Queues, ResultsJob, Workers } from '@redial/queue';
import type { Store } from '@redial/store';
import { createDialJob } from './pipeline/dial-job.ts';
import { createStartTimer } from './pipeline/start-timer.ts';

/**
 * The dialer: takes due calls from the queue and originates them. It watches its own attempts until they end, so that a
 * results process that is down loses nothing; the results process watches all, so that a dialer that dies loses nothing.
 */
export interface DialerDependencies {
  readonly configuration: Configuration;
  readonly pbxs: readonly Pbx[];
  readonly store: Store;
  readonly queues: Queues;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly concurrency: number;
  /** Names this process among its like. */
  readonly instanceId: string;
}

const reportEveryMs = 5_000;
/** Longer than it takes until a call that outlasts its limits is seen again (`followEveryMs`). */
const heldForMs = 180_000;
/** How long the start waits for a PBX; with none, calls are put off and say why. */
const firstLinkMs = 5_000;
/** While Redis is away at the most; afterwards the results process soon asks of attempts that it does not watch. */
const tellEveryMs = 1_000;
/** An announced cancel may be lost on its way; the record is asked as often as this. */
const cancelCheckMs = 2_000;

export interface Dialer {
  /** Takes no more jobs, waits until dial1's outcome of those under way is known (at most `graceMs`), lets go of the PBXs. */
  drain(graceMs: number): Promise<void>;
  readonly inFlight: number;
}

export async function startDialer(dependencies: DialerDependencies): Promise<Dialer> {
  const { configuration, store, queues, workers, clock, metrics, logger, concurrency, instanceId } = dependencies;
  const inFlight = new Map<
    AttemptId,
    Pick<AttemptRecord, 'callId' | 'awaited' | 'claimedBy' | 'limits' | 'legLimits'>
  >();
  /** Attempts whose end is known here and cannot be told yet. */
  const telling = new Set<AttemptId>();
  const startTimer = createStartTimer(clock);
  const stopping = new AbortController();
  const watched = new Map<string, { pbx: Pbx; watch: AttemptWatch }>();

  const queueResult = (result: Omit<ResultsJob, 'reportedBy'>): void => {
    const { callId, attemptId } = result;
    telling.add(attemptId);
    void keepTrying(() => queues.results.add({ ...result, reportedBy: 'dialer' }), {
      signal: stopping.signal,
      maxDelayMs: tellEveryMs,
      onError: (error, failures) =>
        logger.error({ callId, attemptId, error, failures }, 'the result could not be queued'),
    })
      .catch(() =>
        logger.warn({ callId, attemptId }, 'stopping with a result not queued; the results process looks it up'),
      )
      .finally(() => telling.delete(attemptId));
  };

  for (const pbx of dependencies.pbxs) {
    const watch = createAttemptWatch({
      pbx,
      clock,
      onConclude: (attemptId, evidence) => {
        const attempt = inFlight.get(attemptId);
        inFlight.delete(attemptId);
        if (attempt === undefined) return;
        const { callId, claimedBy } = attempt;
        logger.info({ callId, attemptId, pbx: pbx.name }, 'concluded');
        queueResult({ callId, attemptId, evidence, ...(isFromSilence(evidence) && { claimedBy }) });
      },
      // The results process writes down the progress of all. A client that waits must not depend on it alone.
      onProgress: (attemptId, phase, at, uniqueId) => {
        if (phase === 'ringing' || !inFlight.get(attemptId)?.awaited) return;
        store.recordProgress(attemptId, phase, at, uniqueId).catch((error: unknown) => {
          logger.warn({ attemptId, phase, error }, 'progress that somebody waits for was not recorded here');
        });
      },
      onRelease: (attemptId, leg) => {
        const record = inFlight.get(attemptId);
        if (record === undefined) return;
        store.releaseLeg({ ...record, id: attemptId }, leg).catch((error: unknown) => {
          logger.warn(
            { attemptId, leg, error },
            'the permits of a leg that has ended were not given back; they are with the attempt',
          );
        });
      },
      onHold: (attemptId, at) => {
        const record = inFlight.get(attemptId);
        if (record === undefined) return;
        store.extendPermits({ ...record, id: attemptId }, at + heldForMs).catch((error: unknown) => {
          logger.warn({ attemptId, error }, 'the permits of a call that outlasts its limits were not held for longer');
        });
      },
      onIgnored: (phase, signal) => metrics.signalIgnored(phase, signal),
      onFault: (attemptId, doing, error) =>
        logger.error({ attemptId, pbx: pbx.name, doing, error }, 'a fault while an attempt was watched'),
    });
    pbx.on('up', ({ pbxStartedAt, version }) => logger.info({ pbx: pbx.name, pbxStartedAt, version }, 'PBX connected'));
    pbx.on('down', (reason) => logger.warn({ pbx: pbx.name, reason }, 'PBX disconnected'));
    pbx.on('anomaly', (what) => logger.warn({ pbx: pbx.name, what }, 'AMI protocol anomaly'));
    watched.set(pbx.name, { pbx, watch });
    pbx.start();
  }

  const report = async (): Promise<void> => {
    // All gauges before Redis is asked for anything: they are to be right while it is away.
    for (const pbx of dependencies.pbxs) metrics.pbxLink(pbx.name, pbx.isUp);
    for (const pbx of dependencies.pbxs) {
      await store.reportLinkStatus(instanceId, { pbx: pbx.name, process: 'dialer', up: pbx.isUp, at: clock.now() });
    }
  };
  const unreported = (error: unknown) => logger.debug({ error }, 'the state of the PBX links was not reported');
  const unchecked = (error: unknown) =>
    logger.warn({ error }, 'requested cancels could not be read; the next look tries again');
  const reporting = every(reportEveryMs, report, unreported);
  for (const { pbx } of watched.values()) {
    for (const change of ['up', 'down'] as const) pbx.on(change, () => void report().catch(unreported));
  }

  const cancels = createCancels({ store, watches: () => [...watched.values()].map(({ watch }) => watch) });
  const forgetCancel = await store.onCancel(
    (_pbx, attemptId) => cancels.announced(attemptId),
    () => void cancels.check().catch(unchecked),
  );
  const checking = every(cancelCheckMs, cancels.check, unchecked);
  // Without a link every job would be put off by seconds, and lose its turn.
  await anyUp(dependencies.pbxs, firstLinkMs);
  const worker = workers.dial(
    concurrency,
    createDialJob({
      store,
      configuration,
      pbxs: watched,
      clock,
      metrics,
      logger,
      remember: ({ id, callId, limits, legLimits, claimedBy, awaited }) =>
        inFlight.set(id, {
          callId,
          limits,
          ...(legLimits && { legLimits }),
          ...(claimedBy && { claimedBy }),
          ...(awaited && { awaited }),
        }),
      onNotOriginated: ({ id: attemptId, callId, claimedBy }, evidence) =>
        queueResult({ callId, attemptId, evidence, claimedBy }),
      isCanceled: cancels.heard,
      isTelling: (attemptId) => telling.has(attemptId),
      waitUntil: startTimer.waitUntil,
      stopping: stopping.signal,
    }),
  );

  return {
    get inFlight() {
      return worker.active;
    },
    async drain(graceMs) {
      startTimer.stop();
      await worker.drain(graceMs);
      stopping.abort();
      forgetCancel();
      await checking.stop();
      await reporting.stop();
      for (const { pbx, watch } of watched.values()) {
        watch.stop();
        await pbx.stop();
      }
    },
  };
}

/** Resolves when one of the PBXs is up, or after `withinMs`. */
function anyUp(pbxs: readonly Pbx[], withinMs: number): Promise<void> {
  if (pbxs.some((pbx) => pbx.isUp)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(finish, withinMs);
    for (const pbx of pbxs) pbx.on('up', finish);
    function finish() {
      clearTimeout(timer);
      for (const pbx of pbxs) pbx.off('up', finish);
      resolve();
    }
  });
}
