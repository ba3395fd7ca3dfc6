import type { Pbx } from '@redial/asterisk';
import { type Clock, type Logger, type Metrics, runPeriodically } from '@redial/platform';
import type { LinkStatusStore } from '@redial/store';

interface LinkReportsPorts {
  readonly pbxs: readonly Pbx[];
  readonly process: 'dialer' | 'results';
  /** Identifies this process among processes of the same kind. */
  readonly instanceId: string;
  readonly store: Pick<LinkStatusStore, 'reportLinkStatus'>;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'pbxLink'>;
  readonly logger: Logger;
}

const everyMs = 5_000;

/** Records and measures which PBXs this process is connected to: at each change, and again before a report expires. */
export function reportLinks(ports: LinkReportsPorts): { stop(): Promise<void> } {
  const { pbxs, process, instanceId, store, clock, metrics, logger } = ports;
  const report = async (): Promise<void> => {
    // All gauges before the first command to Redis: they must be right while it is away.
    for (const pbx of pbxs) metrics.pbxLink(pbx.name, pbx.isUp);
    for (const pbx of pbxs) {
      await store.reportLinkStatus(instanceId, { pbx: pbx.name, process, up: pbx.isUp, at: clock.now() });
    }
  };
  const onError = (error: unknown) => logger.debug({ error }, 'the state of the PBX links was not reported');
  const reporting = runPeriodically(everyMs, report, onError);
  for (const pbx of pbxs) {
    for (const change of ['up', 'down'] as const) pbx.on(change, () => void report().catch(onError));
  }
  return reporting;
}
