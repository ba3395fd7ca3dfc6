import type { Pbx } from '@redial/asterisk';
import { followCancels, reportLinks } from '@redial/attempt-tracking';
import { configuredLimits, type Ids } from '@redial/call';
import type { Configuration } from '@redial/configuration';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { Queues, Workers } from '@redial/queue';
import type { Sinks } from '@redial/sinks';
import type { CancelStore, LinkStatusStore } from '@redial/store';
import { createDeliverer, type DelivererStore } from './deliver/deliver.ts';
import { type ObserverStore, startObserver } from './observer.ts';
import { createSettle, type SettleStore } from './settle/settle.ts';
import { type SweeperStore, startSweeper } from './sweep/sweeper.ts';

/**
 * The results process: watches the PBXs, settles each attempt once, delivers its CDR, and restores what other processes
 * lost.
 */
interface ResultsPorts {
  readonly configuration: Configuration;
  readonly pbxs: readonly Pbx[];
  readonly store: DelivererStore &
    SettleStore &
    SweeperStore &
    ObserverStore &
    Pick<CancelStore, 'cancelRequested' | 'onCancel'> &
    Pick<LinkStatusStore, 'reportLinkStatus'>;
  readonly queues: Queues;
  readonly workers: Workers;
  readonly sinks: Sinks;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly concurrency: number;
  readonly sweepEveryMs: number;
  readonly instanceId: string;
}

export interface Results {
  /** Takes no new work, and finishes what it can within `graceMs`. The queues stay open. */
  drain(graceMs: number): Promise<void>;
}

/** Webhook requests in flight at once. A slow endpoint holds up a few of these (`webhook-sink.ts`) and nothing else. */
const deliveryConcurrency = 50;
/** How long the end of the process waits for Redis' disk. The sweeper of another process finds the rest. */
const idleMs = 2_000;

export async function startResults(ports: ResultsPorts): Promise<Results> {
  const { configuration, pbxs, store, workers, concurrency, logger } = ports;
  const deliverer = createDeliverer(ports);
  const observers = pbxs.map((pbx) => startObserver({ ...ports, pbx }));
  const links = reportLinks({ ...ports, process: 'results' });
  const cancels = await followCancels({ store, watches: () => observers, logger });
  const settle = createSettle({
    ...ports,
    tenant: (id) => configuration.tenants.find((t) => t.id === id),
    deliver: deliverer.deliver,
  });
  const settling = workers.results(concurrency, settle);
  const delivering = workers.deliveries(deliveryConcurrency, deliverer.work);
  const sweeper = startSweeper({
    ...ports,
    deliverer,
    observers,
    limits: configuredLimits(configuration),
    pbxNames: configuration.pbxs.map((p) => p.name),
    everyMs: ports.sweepEveryMs,
  });

  return {
    async drain(graceMs) {
      await sweeper.stop();
      await links.stop();
      await cancels.stop();
      await Promise.all(observers.map((observer) => observer.stop()));
      await Promise.all([settling.drain(graceMs), delivering.drain(graceMs)]);
      await deliverer.idle(idleMs);
    },
  };
}
