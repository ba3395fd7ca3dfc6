import { type CallId, isPlanned, latestEndAt } from '@redial/call';
import { type Clock, type Logger, type Metrics, runPeriodically } from '@redial/platform';
import { dialOrder, type Queues } from '@redial/queue';
import type { Sinks } from '@redial/sinks';
import type {
  AttemptStore,
  CallStore,
  DeliveryStore,
  LeaseStore,
  LinkStatusStore,
  PageCursor,
  PermitStore,
  StoreHealth,
} from '@redial/store';
import pLimit from 'p-limit';
import type { Deliverer } from '../deliver/deliver.ts';
import type { Observer } from '../observer.ts';

/** Exactly what sweeping needs of the store. */
export type SweeperStore = Pick<CallStore, 'readCall' | 'overduePage' | 'countOverdue' | 'forgetEnded'> &
  Pick<AttemptStore, 'readAttempts' | 'openAttempts' | 'pbxsWithOpenAttempts'> &
  Pick<DeliveryStore, 'undeliveredPage' | 'countUndelivered'> &
  Pick<PermitStore, 'permitsHeld'> &
  LeaseStore &
  Pick<LinkStatusStore, 'linkStatuses'> &
  Pick<StoreHealth, 'ping'>;

/**
 * Finds what was lost, and restores it. Everything here may run twice or in two processes at once: each repair does no
 * harm where nothing was broken.
 *
 *   open attempts that no process watches       ▸ reconciled on their PBX
 *   calls that are due and have no job          ▸ their job is put back
 *   deliveries that are overdue                 ▸ delivered, or their job is put back
 *   attempts on a PBX that is gone              ▸ concluded as `unknown` after their last moment
 *   calls whose retention is over               ▸ taken out of the indexes
 *   link statuses of dead processes             ▸ removed
 *
 * A round examines a bounded number of each. The next round continues where it ended, so a loss is found even among
 * many late items.
 */
interface SweeperPorts {
  readonly store: SweeperStore;
  readonly queues: Queues;
  readonly observers: readonly Observer[];
  readonly deliverer: Deliverer;
  readonly sinks: Pick<Sinks, 'lengths'>;
  readonly limits: readonly string[];
  /** The PBXs of the configuration. */
  readonly pbxNames: readonly string[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Identifies this process among processes of the same kind. */
  readonly instanceId: string;
  readonly everyMs: number;
}

/** An attempt without an event for this long is reconciled. Longer than an Originate takes on a busy Asterisk. */
const quietAttemptMs = 15_000;
/** A call is overdue when its job should have been taken this long ago. */
const overdueMs = 5_000;
/** Younger deliveries still belong to the process that settled. */
const undeliveredMs = 30_000;
/** The limit of one round: this many pages, and this many items per page. */
const pageMax = 1_000;
const pagesMax = 5;
/**
 * Calls whose retention is over come once. A round removes as many as a million calls a day leave in the longest
 * `REDIAL_SWEEP_SECONDS`. A call costs Redis some 45 µs, and a page delays other commands by ten milliseconds at most.
 */
const forgottenPageMax = 250;
const forgottenPagesMax = 200;
const atOnceMax = 50;

const leaseName = 'sweeper';

/**
 * The positions that the rounds have reached. Undefined: the next round begins at the oldest. If the process dies, a
 * part is repeated.
 */
interface Progress {
  overdue: PageCursor | undefined;
  undelivered: PageCursor | undefined;
  /** Redis was away at the last round. */
  wasAway: boolean;
}

export function startSweeper(ports: SweeperPorts): { stop(): Promise<void> } {
  const { store, instanceId, everyMs, logger } = ports;
  const progress: Progress = { overdue: undefined, undelivered: undefined, wasAway: false };
  const sweeping = runPeriodically(
    everyMs,
    () => sweep(ports, progress),
    (error) => {
      progress.wasAway = true;
      logger.error({ error }, 'the sweep failed; the next one tries again');
    },
  );
  return {
    async stop() {
      await sweeping.stop();
      // Otherwise no process would sweep until the lease expires. This process may hold it without knowing: a reply can
      // get lost.
      await store.releaseLease(leaseName, instanceId).catch((error: unknown) => {
        logger.debug({ error }, 'the lease of the sweeper was not released; it expires');
      });
    },
  };
}

async function sweep(ports: SweeperPorts, progress: Progress): Promise<void> {
  const { store, observers, sinks, instanceId, everyMs, metrics } = ports;
  await store.ping();
  // Every process does this, and first: each is scraped, and a long round must not make the figures old.
  await tryPart(ports, 'measuring', () => measure(ports));
  await tryPart(ports, 'measuring sinks', async () => metrics.sinkLengths(await sinks.lengths()));
  // After an outage of Redis, processes report the ends that they saw. A reconciliation may know less, so it waits for
  // a round.
  const reconciling = progress.wasAway ? [] : observers;
  progress.wasAway = false;
  for (const observer of reconciling) await tryPart(ports, 'adopting', () => observer.adoptOpen(quietAttemptMs));
  if (!(await store.acquireLease(leaseName, instanceId, everyMs * 3))) return;
  await tryPart(ports, 'restoring', () => restoreOverdue(ports, progress));
  await tryPart(ports, 'delivering', () => deliverUndelivered(ports, progress));
  await tryPart(ports, 'concluding', () => concludeUnreported(ports));
  await tryPart(ports, 'forgetting', () => forgetEnded(ports));
  // Reading removes those of dead processes. Perhaps no client requests the API's `/readyz`.
  await tryPart(ports, 'forgetting reports', () => store.linkStatuses(ports.clock.now()));
}

/** One failure, a damaged record for example, must not keep the other parts from being repaired. */
async function tryPart({ logger }: SweeperPorts, doing: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logger.error({ doing, error }, 'a part of the sweep failed; the next one tries again');
  }
}

async function restoreOverdue(ports: SweeperPorts, progress: Progress): Promise<void> {
  const { store, clock, logger } = ports;
  const before = clock.now() - overdueMs;
  let restored = 0;
  for (let page = 0; page < pagesMax; page++) {
    const { calls, cursor } = await store.overduePage(before, pageMax, progress.overdue);
    await pLimit(atOnceMax).map(calls, ({ id }) =>
      tryPart(ports, 'restoring a call', async () => {
        if (await restoreCall(ports, id)) restored++;
      }),
    );
    progress.overdue = cursor;
    if (cursor === undefined) break;
  }
  if (restored > 0) logger.warn({ restored }, 'due calls that the queue had lost were put back');
}

/** True: its job was missing. */
async function restoreCall({ store, queues, metrics }: SweeperPorts, id: CallId): Promise<boolean> {
  const call = (await store.readCall(id))?.value;
  if (call === undefined || !isPlanned(call.state)) return false;
  if (!(await queues.dial.restore(dialOrder(call, call.state)))) return false;
  metrics.swept('dial_job');
  return true;
}

async function deliverUndelivered(ports: SweeperPorts, progress: Progress): Promise<void> {
  const { store, deliverer, clock } = ports;
  const before = clock.now() - undeliveredMs;
  for (let page = 0; page < pagesMax; page++) {
    const { deliveries, cursor } = await store.undeliveredPage(before, pageMax, progress.undelivered);
    await pLimit(atOnceMax).map(deliveries, (delivery) =>
      tryPart(ports, 'putting back a delivery', () => deliverer.deliver(delivery)),
    );
    progress.undelivered = cursor;
    if (cursor === undefined) break;
  }
}

async function forgetEnded({ store, clock }: SweeperPorts): Promise<void> {
  const now = clock.now();
  for (let page = 0; page < forgottenPagesMax; page++) {
    if ((await store.forgetEnded(now, forgottenPageMax)) < forgottenPageMax) return;
  }
}

/**
 * Attempts on a PBX that the configuration no longer names. No process can reconcile them, and after their last moment
 * they have no channel.
 */
async function concludeUnreported(ports: SweeperPorts): Promise<void> {
  const { store, queues, clock, logger, metrics, pbxNames } = ports;
  for (const pbx of await store.pbxsWithOpenAttempts()) {
    if (pbxNames.includes(pbx)) continue;
    const open = await store.readAttempts(await store.openAttempts(pbx));
    logger.error(
      { pbx, open: open.length },
      'open attempts on a PBX that is not configured: configure it again, or wait',
    );
    for (const { id: attemptId, callId, originatedAt, plan } of open) {
      if (clock.now() < latestEndAt(originatedAt, plan)) continue;
      await tryPart(ports, 'concluding an attempt without a report', async () => {
        await queues.results.add({ callId, attemptId, reportedBy: 'sweeper', evidence: { gaveUpAt: clock.now() } });
        metrics.swept('unreported_attempt');
      });
    }
  }
}

/** A few commands, for any number of waiting items. */
async function measure({ store, metrics, limits, clock }: SweeperPorts): Promise<void> {
  const overdueAt = clock.now() - overdueMs;
  const [oldest] = (await store.overduePage(overdueAt, 1)).calls;
  metrics.oldestOverdue(oldest === undefined ? 0 : clock.now() - oldest.dueAt);
  metrics.overdueCalls(await store.countOverdue(overdueAt));
  metrics.undeliveredWebhooks(await store.countUndelivered());
  for (const [limit, calls] of Object.entries(await store.permitsHeld(limits, clock.now())))
    metrics.callsInProgress(limit, calls);
}
