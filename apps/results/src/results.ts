import type { Pbx } from '@redial/asterisk';
import type { Configuration, Ids } from '@redial/call';
import { type Clock, every, type Logger, type Metrics } from '@redial/platform';
import type { Queues, Workers } from '@redial/queue';
import type { Sinks } from '@redial/sinks';
import type { Store } from '@redial/store';
import { createDeliverer } from './deliver/deliver.ts';
import { startObserver } from './observer.ts';
import { createSettle } from './settle/settle.ts';
import { startSweeper } from './sweep/sweeper.ts';

/** The results process: watches the PBXs, settles each attempt once, delivers its CDR, and sweeps up what others dropped. */
export interface ResultsDependencies {
  readonly configuration: Configuration;
  readonly pbxs: readonly Pbx[];
  readonly store: Store;
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
  drain(graceMs: number): Promise<void>;
}

/** Webhooks under way at once; a slow endpoint holds up a few of these (`webhook-sink.ts`) and nothing else. */
const deliveryConcurrency = 50;
const reportEveryMs = 5_000;
/** What waits for Redis' disk at the end is let go of after so long: the sweeper of another process finds it. */
const idleMs = 2_000;
/** An announced cancel may be lost on its way; the record is asked as often as this. */
const cancelCheckMs = 2_000;

export async function startResults(dependencies: ResultsDependencies): Promise<Results> {
  const { configuration, pbxs, store, queues, workers, concurrency, clock, metrics, logger, instanceId } = dependencies;
  const deliverer = createDeliverer(dependencies);
  const observers = new Map(pbxs.map((pbx) => [pbx.name, startObserver({ ...dependencies, pbx })]));
  const report = async (): Promise<void> => {
    // All gauges before Redis is asked for anything: they are to be right while it is away.
    for (const pbx of pbxs) metrics.pbxLink(pbx.name, pbx.isUp);
    for (const pbx of pbxs) {
      await store.reportLinkStatus(instanceId, { pbx: pbx.name, process: 'results', up: pbx.isUp, at: clock.now() });
    }
  };
  const unreported = (error: unknown) => logger.debug({ error }, 'the state of the PBX links was not reported');
  const reporting = every(reportEveryMs, report, unreported);
  for (const pbx of pbxs) {
    for (const change of ['up', 'down'] as const) pbx.on(change, () => void report().catch(unreported));
  }

  const unchecked = (error: unknown) =>
    logger.warn({ error }, 'requested cancels could not be read; the next look tries again');
  const checkCancels = async (): Promise<void> => {
    for (const attemptId of await store.cancelRequested()) {
      for (const observer of observers.values()) observer.cancel(attemptId);
    }
  };
  const checking = every(cancelCheckMs, checkCancels, unchecked);
  const forgetCancel = await store.onCancel(
    (pbx, attemptId) => observers.get(pbx)?.cancel(attemptId),
    () => void checkCancels().catch(unchecked),
  );
  const settle = createSettle({
    ...dependencies,
    tenant: (id) => configuration.tenants.find((t) => t.id === id),
    deliver: deliverer.deliver,
  });
  const settling = workers.results(concurrency, settle);
  const delivering = workers.deliveries(deliveryConcurrency, deliverer.work);
  const sweeper = startSweeper({
    ...dependencies,
    deliverer,
    observers: [...observers.values()],
    limits: [...configuration.pbxs.map((p) => `pbx.${p.name}`), ...configuration.trunks.map((t) => `trunk.${t.name}`)],
    pbxNames: configuration.pbxs.map((p) => p.name),
    everyMs: dependencies.sweepEveryMs,
  });

  return {
    async drain(graceMs) {
      await sweeper.stop();
      await reporting.stop();
      forgetCancel();
      await checking.stop();
      await Promise.all([...observers.values()].map((observer) => observer.stop()));
      await Promise.all([settling.drain(graceMs), delivering.drain(graceMs)]);
      await deliverer.idle(idleMs);
      await queues.close();
    },
  };
}
