import { type Clock, every, type Logger, type Metrics } from '@redial/platform';
import { dialOrder, type Queues } from '@redial/queue';
import type { Store } from '@redial/store';
import type { Deliverer } from './deliver.ts';
import type { Witness } from './witness.ts';

/**
 * Finds what nobody else is looking after, and puts it back. Everything here may run twice or in two processes at once: each
 * repair is harmless where nothing was broken.
 *
 *   attempts under way that no process watches  ▸ looked up on their PBX
 *   calls that are due and have no job          ▸ their job is put back
 *   deliveries that nobody has delivered        ▸ delivered, or their job is put back
 *   calls whose retention is over               ▸ taken out of the indexes
 */
export interface SweeperDependencies {
  readonly store: Store;
  readonly queues: Queues;
  readonly witnesses: readonly Witness[];
  readonly deliverer: Deliverer;
  readonly lanes: readonly string[];
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
  /** Names this process among its like. */
  readonly holder: string;
  readonly everyMs: number;
}

/** An attempt without a single event for so long is looked up: longer than an Originate takes on a busy Asterisk. */
const quietAttemptMs = 15_000;
/** A call is overdue when its job should have been taken for so long. */
const overdueMs = 5_000;
/** Deliveries younger than this are still in the hands of whoever settled. */
const undeliveredMs = 30_000;
/** A bound on one sweep; the rest waits for the next. */
const batchMax = 1_000;

export function startSweeper(dependencies: SweeperDependencies): { stop(): Promise<void> } {
  const { everyMs, logger } = dependencies;
  return every(
    everyMs,
    () => sweep(dependencies),
    (error) => logger.error({ error }, 'the sweep failed; the next one tries again'),
  );
}

async function sweep(dependencies: SweeperDependencies): Promise<void> {
  const { store, witnesses, holder, everyMs } = dependencies;
  for (const witness of witnesses) await witness.adoptOpen(quietAttemptMs);
  if (!(await store.lead('sweeper', holder, everyMs * 3))) return;
  await restoreOverdue(dependencies);
  await deliverUndelivered(dependencies);
  await store.forgetEnded(dependencies.clock.now(), batchMax);
  await measure(dependencies);
}

async function restoreOverdue({ store, queues, clock, logger, metrics }: SweeperDependencies): Promise<void> {
  const ids = await store.overdueCalls(clock.now() - overdueMs, batchMax);
  let oldestDueAt: number | undefined;
  let restored = 0;
  for (const id of ids) {
    const state = (await store.readCall(id))?.value;
    if (state === undefined || !('dueAt' in state.state)) continue;
    oldestDueAt = Math.min(oldestDueAt ?? state.state.dueAt, state.state.dueAt);
    if (!(await queues.dial.restore(dialOrder(state, state.state)))) continue;
    restored++;
    metrics.swept('dial_job');
  }
  metrics.oldestOverdue(oldestDueAt === undefined ? 0 : clock.now() - oldestDueAt);
  if (restored > 0) logger.warn({ restored }, 'due calls that the queue had lost were put back');
}

async function deliverUndelivered({ store, deliverer, clock, logger }: SweeperDependencies): Promise<void> {
  for (const delivery of await store.undelivered(clock.now() - undeliveredMs, batchMax)) {
    await deliverer.deliver(delivery).catch((error: unknown) => {
      logger.error({ deliveryId: delivery.id, error }, 'a delivery could not be put back; the next sweep tries again');
    });
  }
}

async function measure({ store, metrics, lanes, clock }: SweeperDependencies): Promise<void> {
  metrics.undeliveredWebhooks(await store.countUndelivered());
  for (const [lane, calls] of Object.entries(await store.placesHeld(lanes, clock.now())))
    metrics.callsInProgress(lane, calls);
}
