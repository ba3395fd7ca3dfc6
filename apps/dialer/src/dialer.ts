import type { Pbx } from '@redial/asterisk';
import { followCancels, reportLinks, type TrackingStore, trackAttempts } from '@redial/attempt-tracking';
import type { Configuration } from '@redial/configuration';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { Queues, Workers } from '@redial/queue';
import type { CancelStore, LinkStatusStore } from '@redial/store';
import pTimeout from 'p-timeout';
import type { DialStore } from './pipeline/dial-context.ts';
import { createDialJob } from './pipeline/dial-job.ts';
import { createStartTimer } from './pipeline/start-timer.ts';

/**
 * The dialer takes due calls from the queue and originates them. It watches its own attempts until they end, so a
 * results process that is down loses nothing. The results process watches all attempts, so a dialer that dies loses
 * nothing.
 */
interface DialerPorts {
  readonly configuration: Configuration;
  readonly pbxs: readonly Pbx[];
  readonly store: DialStore &
    TrackingStore &
    Pick<CancelStore, 'cancelRequested' | 'onCancel'> &
    Pick<LinkStatusStore, 'reportLinkStatus'>;
  readonly queues: Queues;
  readonly workers: Workers;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly concurrency: number;
  /** Identifies this dialer among the dialers. */
  readonly instanceId: string;
}

/** How long the start waits for a PBX. Without one, calls are deferred and state why. */
const firstLinkMs = 5_000;

export interface Dialer {
  /**
   * Takes no more jobs, waits at most `graceMs` for the outcomes of dial1 in the jobs under way, and disconnects from
   * the PBXs.
   */
  drain(graceMs: number): Promise<void>;
  readonly inFlight: number;
}

export async function startDialer(ports: DialerPorts): Promise<Dialer> {
  const { configuration, pbxs, store, queues, workers, clock, metrics, logger, concurrency } = ports;
  const startTimer = createStartTimer(clock);
  const stopping = new AbortController();
  const tracked = new Map(
    pbxs.map((pbx) => [
      pbx.name,
      trackAttempts({
        ...{ pbx, store, queues, clock, metrics, logger },
        process: 'dialer',
        // The results process records the progress of all attempts. A waiting client must not depend on that process
        // alone.
        recordsProgress: (attempt, phase) => phase !== 'ringing' && attempt?.awaited === true,
      }),
    ]),
  );
  const trackings = [...tracked.values()];
  const links = reportLinks({ ...ports, process: 'dialer' });
  const cancels = await followCancels({ store, watches: () => trackings.map(({ watch }) => watch), logger });
  // Without a link every job would be deferred by seconds, and lose its turn.
  await pTimeout(anyUp(pbxs), { milliseconds: firstLinkMs, fallback: () => undefined });
  const worker = workers.dial(
    concurrency,
    createDialJob({
      ...{ store, configuration, clock, metrics, logger },
      pbxs: tracked,
      isCanceled: cancels.isRequested,
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
      await cancels.stop();
      await links.stop();
      await Promise.all(trackings.map((tracking) => tracking.stop()));
    },
  };
}

/** Resolves once one of the PBXs is up. */
function anyUp(pbxs: readonly Pbx[]): Promise<void> {
  return new Promise((resolve) => {
    for (const pbx of pbxs) {
      if (pbx.isUp) resolve();
      else pbx.on('up', () => resolve());
    }
  });
}
