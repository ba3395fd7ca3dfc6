import type { Delivery, DeliverySignal, DeliveryStep } from '@redial/call';
import type { Clock, Logger, Metrics } from '@redial/platform';
import type { DeliveryDecision, DeliveryJob, Queues } from '@redial/queue';
import type { Sink, SinkResult, Sinks } from '@redial/sinks';
import {
  type AttemptStore,
  applyDeliverySignal,
  type DeliveryStore,
  type DurabilityStore,
  MalformedRecord,
} from '@redial/store';
import pTimeout from 'p-timeout';

/**
 * CDRs to sinks. A Redis list or stream is written at once and exactly once: its marker holds the delivery's id. A
 * webhook goes through the `deliveries` queue, because its receiver may be slow, or down for a day. It receives the
 * CDRs of a call in the order of the attempts: a delivery waits until the previous one is delivered or dead. A dead one
 * that is sent again may arrive late.
 *
 * Nothing is sent before the settlement is as durable as REDIAL_DURABILITY and REDIAL_REPLICAS require: if Redis forgot
 * it, the attempt could be settled otherwise. A webhook's job is added after that, so its worker need not confirm
 * again.
 */
export interface Deliverer {
  /**
   * For a delivery that was just settled, or that the sweeper found. If Redis takes time to confirm (a sync of its
   * disk), this resolves earlier, and the delivery continues in the background.
   */
  deliver(delivery: Delivery): Promise<void>;
  /** A `deliveries` job. */
  work(job: DeliveryJob): Promise<DeliveryDecision>;
  /** Resolves when no delivery continues in the background, or after `withinMs`. The sweeper finds the rest. */
  idle(withinMs: number): Promise<void>;
}

/** Exactly what delivering needs of the store. */
export type DelivererStore = Pick<DeliveryStore, 'readDelivery' | 'writeDelivery'> &
  Pick<AttemptStore, 'readCdr'> &
  Pick<DurabilityStore, 'confirmDurable'>;

interface DelivererPorts {
  readonly store: DelivererStore;
  readonly queues: Pick<Queues, 'deliveries'>;
  readonly sinks: Pick<Sinks, 'find'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Longer than a sync that happens every second. */
const confirmMs = 4_000;
/** Enough if there is nothing to wait for. Too short for a sync of a disk. */
const atOnceMs = 50;
/** Most deliveries that wait for Redis to confirm. Beyond it, settling waits too. */
const waitingMax = 2_000;

export function createDeliverer(ports: DelivererPorts): Deliverer {
  const { store, logger } = ports;
  const waiting = new Set<Promise<void>>();
  return {
    async deliver(delivery) {
      const confirmed = isConfirmed(store, delivery);
      const goOn = async (): Promise<void> => {
        if (await confirmed) return handOver(ports, delivery);
        logger.warn({ deliveryId: delivery.id }, 'not delivered: Redis did not confirm it; the sweeper tries again');
      };
      if (await endsWithin(atOnceMs, confirmed)) return goOn();
      const goingOn = goOn()
        .catch((error: unknown) =>
          logger.error({ deliveryId: delivery.id, error }, 'not delivered; the sweeper tries again'),
        )
        .finally(() => waiting.delete(goingOn));
      waiting.add(goingOn);
      if (waiting.size >= waitingMax) await Promise.race(waiting);
    },
    async work({ deliveryId }) {
      const delivery = await store.readDelivery(deliveryId);
      // The job of a dead delivery may come again: a process that read the delivery while it was pending may restore
      // it.
      if (delivery?.status !== 'pending') return { type: 'done' };
      return (await waitForTurn(ports, delivery)) ?? deliverOnce(ports, delivery);
    },
    async idle(withinMs) {
      await endsWithin(withinMs, Promise.all(waiting));
    },
  };
}

/** Deliveries that come at the same time share one confirmation. */
function isConfirmed(store: DelivererStore, { id, createdAt }: Delivery): Promise<boolean> {
  return store.confirmDurable(confirmMs, { delivery: id, createdAt }).catch(() => false);
}

function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return pTimeout(
    work.then(
      () => true,
      () => false,
    ),
    { milliseconds: ms, fallback: () => false },
  );
}

async function handOver(ports: DelivererPorts, delivery: Delivery): Promise<void> {
  const { queues, sinks, logger } = ports;
  // A sink that is not configured in this process may be configured in another: any of them may take the job.
  const handover = sinks.find(delivery.tenantId, delivery.sink)?.handover ?? 'queued';
  if (handover === 'queued') {
    await queues.deliveries.restore({ deliveryId: delivery.id });
    return;
  }
  const decision = await deliverOnce(ports, delivery);
  if (decision.type === 'again') {
    logger.warn({ deliveryId: delivery.id, error: decision.error }, 'not delivered; the sweeper tries again');
  }
}

/** After the next try of the delivery that goes first. */
const behindMs = 1_000;
/** The first delivery may end sooner or later than planned: the second checks as often as this. */
const recheckMs = 300_000;

/**
 * Undefined: it is this delivery's turn. Waiting counts no try, and the sweeper does not touch the delivery meanwhile.
 */
async function waitForTurn(ports: DelivererPorts, delivery: Delivery): Promise<DeliveryDecision | undefined> {
  const { store, clock } = ports;
  const { follows, tries } = delivery;
  if (follows === undefined) return undefined;
  const first = await unlessDamaged(() => store.readDelivery(follows));
  if (first === 'damaged' || first?.status !== 'pending') return undefined;
  const at = clock.now();
  const afterMs = Math.min(Math.max((first.nextTryAt ?? at) - at, 0) + behindMs, recheckMs);
  const step = await applyDeliverySignal(store, delivery, { type: 'postponed', at, tries, afterMs });
  return decisionOf(step, at, 'the CDR of the attempt before goes first');
}

/** A damaged record is never delivered: no delivery waits for it, and no try repeats it. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | 'damaged'> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MalformedRecord) return 'damaged';
    throw error;
  }
}

async function deliverOnce(ports: DelivererPorts, delivery: Delivery): Promise<DeliveryDecision> {
  const { store, sinks, clock, metrics, logger } = ports;
  const sink = sinks.find(delivery.tenantId, delivery.sink);
  const result = await tryToDeliver(store, sink, delivery);
  const at = clock.now();
  const step = await applyDeliverySignal(store, delivery, signalOf(result, delivery, at));
  const decision = decisionOf(step, at, result.type === 'busy' ? 'too many requests to it are in progress' : undefined);
  const counted = countedAs(result, step);
  if (counted !== undefined) metrics.deliveryTried(sink?.type ?? 'unknown', counted);
  if (counted === 'dead') {
    const { tries, lastError } = step?.delivery ?? delivery;
    logger.error({ deliveryId: delivery.id, tries, error: lastError }, 'delivery is dead; it can be sent again');
  }
  return decision;
}

async function tryToDeliver(store: DelivererStore, sink: Sink | undefined, delivery: Delivery): Promise<SinkResult> {
  // A new configuration reaches one process after the other: this one may have the older, or the newer.
  if (sink === undefined) {
    return { type: 'failed', error: 'the sink is not configured', retry: { type: 'scheduled' } };
  }
  const cdr = await unlessDamaged(() => store.readCdr(delivery.attemptId));
  if (cdr === 'damaged') return { type: 'failed', error: 'the CDR is damaged', retry: { type: 'never' } };
  if (cdr === undefined) return { type: 'failed', error: 'the CDR is no longer kept', retry: { type: 'never' } };
  return sink.deliver(cdr, delivery);
}

function signalOf(result: SinkResult, { tries }: Delivery, at: number): DeliverySignal {
  switch (result.type) {
    case 'delivered':
      return { type: 'accepted', at };
    case 'failed':
      return { ...result, at, tries };
    case 'busy':
      return { type: 'postponed', at, tries, afterMs: result.afterMs };
  }
}

/** For the metrics of tries. Undefined: no try, or one that another worker has counted. */
function countedAs(result: SinkResult, step: DeliveryStep | undefined): 'delivered' | 'retry' | 'dead' | undefined {
  if (result.type === 'delivered') return 'delivered';
  if (result.type === 'busy' || step === undefined || step.ignored) return undefined;
  return step.delivery.status === 'dead' ? 'dead' : 'retry';
}

/**
 * The decision for the job follows the delivery as it is stored now, whichever worker wrote it. Undefined: its
 * retention is over. `postponed`: why this worker postponed it.
 */
function decisionOf(step: DeliveryStep | undefined, now: number, postponed?: string): DeliveryDecision {
  if (step === undefined) return { type: 'done' };
  const { status, nextTryAt = now, lastError = 'another worker has written it' } = step.delivery;
  switch (status) {
    case 'delivered':
      return { type: 'done' };
    case 'dead':
      return { type: 'dead', error: lastError };
    case 'pending':
      return {
        type: 'again',
        afterMs: Math.max(nextTryAt - now, 0),
        error: step.ignored ? lastError : (postponed ?? lastError),
      };
  }
}
