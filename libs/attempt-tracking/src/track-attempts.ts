import {
  type AdoptedAttempt,
  type AttemptWatch,
  createAttemptWatch,
  type Pbx,
  type ProgressPhase,
} from '@redial/asterisk';
import { type AttemptId, type AttemptRecord, type Evidence, isFromSilence } from '@redial/call';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { Queues } from '@redial/queue';
import type { AttemptStore, PermitStore } from '@redial/store';
import { createResultReports, type ResultReports } from './report-results.ts';

/**
 * Follows the attempts of one PBX to their end, in one process. The dialer owns its attempts; the results process
 * observes all attempts. If one of the two dies, the other reports the end.
 */
export interface AttemptTracking {
  readonly pbx: Pbx;
  readonly watch: AttemptWatch;
  readonly reports: Pick<ResultReports, 'add' | 'isPending'>;
  /** Keeps what the end of the attempt needs, and returns what a watch needs to adopt it. */
  remember(attempt: AttemptRecord): AdoptedAttempt;
  /** The number of attempts whose end will be reported here. */
  readonly size: number;
  stop(): Promise<void>;
}

/** What is kept of an attempt until it ends. */
type TrackedAttempt = Pick<AttemptRecord, 'id' | 'callId' | 'awaited' | 'claimedBy' | 'limits' | 'legLimits'>;

export type TrackingStore = Pick<AttemptStore, 'recordProgress'> & Pick<PermitStore, 'releaseLeg' | 'extendPermits'>;

interface AttemptTrackingPorts {
  readonly pbx: Pbx;
  readonly process: 'dialer' | 'results';
  readonly store: TrackingStore;
  readonly queues: { readonly results: Pick<Queues['results'], 'add'> };
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'signalIgnored'>;
  readonly logger: Logger;
  /** Whether this process records this progress. `attempt` is undefined if the attempt is not tracked. */
  readonly recordsProgress: (attempt: TrackedAttempt | undefined, phase: ProgressPhase) => boolean;
  /** Reads an open attempt that is not tracked here. Absent: signals of such attempts are dropped. */
  readonly readUnknown?: (attemptId: AttemptId) => Promise<AttemptRecord | undefined>;
  /** The permits of a leg were released. */
  readonly onReleased?: (attemptId: AttemptId, limits: readonly string[]) => void;
}

/** Longer than `followEveryMs`, after which a call that outlasts its limits is seen again. */
const heldForMs = 180_000;

/** Connects to the PBX, and reconnects without end. */
export function trackAttempts(ports: AttemptTrackingPorts): AttemptTracking {
  const { pbx, store, clock, metrics, logger, recordsProgress, readUnknown, onReleased } = ports;
  const tracked = new Map<AttemptId, TrackedAttempt>();
  /** Attempts whose record is being read because a signal arrived. */
  const reading = new Set<AttemptId>();
  const reports = createResultReports({ ...ports, reportedBy: ports.process });

  function remember(attempt: AttemptRecord): AdoptedAttempt {
    const { id, callId, awaited, claimedBy, limits, legLimits } = attempt;
    tracked.set(id, {
      id,
      callId,
      limits,
      ...(awaited && { awaited }),
      claimedBy,
      legLimits,
    });
    return { ...attempt, attemptId: id };
  }

  async function readAndRemember(
    read: NonNullable<typeof readUnknown>,
    attemptId: AttemptId,
  ): Promise<AdoptedAttempt | undefined> {
    reading.add(attemptId);
    try {
      const attempt = await read(attemptId);
      // A reconciliation may have ended the attempt meanwhile. Then nothing would ever remove it from `tracked`.
      return attempt !== undefined && reading.has(attemptId) ? remember(attempt) : undefined;
    } finally {
      reading.delete(attemptId);
    }
  }

  function conclude(attemptId: AttemptId, evidence: Evidence): void {
    const attempt = tracked.get(attemptId);
    tracked.delete(attemptId);
    reading.delete(attemptId);
    if (attempt === undefined) return;
    const { callId, claimedBy } = attempt;
    logger.debug({ callId, attemptId, pbx: pbx.name }, 'concluded');
    // Redis may have lost that record since, and another dialer may have claimed the attempt anew.
    reports.add({ callId, attemptId, evidence, ...(isFromSilence(evidence) && { claimedBy }) });
  }

  const watch = createAttemptWatch({
    pbx,
    clock,
    ...(readUnknown && { onUnknown: (attemptId) => readAndRemember(readUnknown, attemptId) }),
    onConclude: conclude,
    onProgress: (attemptId, phase, at, uniqueId) => {
      const attempt = tracked.get(attemptId);
      if (!recordsProgress(attempt, phase)) return;
      store.recordProgress(attemptId, phase, at, uniqueId).catch((error: unknown) => {
        const level = attempt?.awaited ? 'warn' : 'debug';
        logger[level]({ attemptId, phase, error }, 'the progress of an attempt was not recorded here');
      });
    },
    onRelease: (attemptId, leg) => {
      const attempt = tracked.get(attemptId);
      if (attempt === undefined) return;
      store.releaseLeg(attempt, leg).then(
        () => onReleased?.(attemptId, attempt.legLimits[leg]),
        (error: unknown) =>
          logger.warn(
            { attemptId, leg, error },
            'the permits of a leg that has ended were not released; they are released with the attempt',
          ),
      );
    },
    onExtendPermits: (attemptId, at) => {
      const attempt = tracked.get(attemptId);
      if (attempt === undefined) return;
      store.extendPermits(attempt, at + heldForMs).catch((error: unknown) => {
        logger.warn({ attemptId, error }, 'the permits of a call that outlasts its limits were not extended');
      });
    },
    onIgnored: (phase, signal) => metrics.signalIgnored(phase, signal),
    onFault: (attemptId, doing, error) =>
      logger.error({ attemptId, pbx: pbx.name, doing, error }, 'a fault while an attempt was watched'),
  });

  pbx.on('up', ({ pbxStartedAt, version }) => logger.info({ pbx: pbx.name, pbxStartedAt, version }, 'PBX connected'));
  pbx.on('down', (reason) => logger.warn({ pbx: pbx.name, reason }, 'PBX disconnected'));
  pbx.on('anomaly', (what) => logger.warn({ pbx: pbx.name, what }, 'AMI protocol anomaly'));
  pbx.start();

  return {
    pbx,
    watch,
    reports,
    remember,
    get size() {
      return tracked.size;
    },
    async stop() {
      reports.stop();
      watch.stop();
      tracked.clear();
      await pbx.stop();
    },
  };
}
