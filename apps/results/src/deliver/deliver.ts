import { type Clock, type Logger, type Metrics, within } from '@redial/platform';
import type { DeliveryDecision, DeliveryJob, Queues } from '@redial/queue';
import { nextTryAfterMs, type SinkResult, type Sinks } from '@redial/sinks';
import { type Delivery, MalformedRecord, type Store } from '@redial/store';

/**
 * CDRs to sinks. A Redis list or stream is written at once and exactly once (its marker knows the delivery's id); a webhook
 * goes through the `deliveries` queue, because its endpoint may be slow, down, or gone for a day. It hears of a call's attempts in
 * their order: a delivery waits until the one it follows is delivered or dead. A dead one that is sent again may come late.
 *
 * Nobody is told what Redis may forget and then be told otherwise: a list is written, and a webhook has its job, once what was settled
 * is as durable as REDIAL_DURABILITY and REDIAL_REPLICAS ask. So whoever finds a job need not ask again.
 */
export interface Deliverer {
  /**
   * Just settled, or found undelivered by the sweeper. Where Redis takes its time to confirm, a sync of its disk, nobody waits for it here:
   * the delivery goes on by itself.
   */
  deliver(delivery: Delivery): Promise<void>;
  /** A `deliveries` job. */
  work(job: DeliveryJob): Promise<DeliveryDecision>;
  /** Resolves when none goes on by itself any more, or the time is over; the sweeper finds those that are left. */
  idle(withinMs: number): Promise<void>;
}

export interface DelivererDependencies {
  readonly store: Store;
  readonly queues: Queues;
  readonly sinks: Pick<Sinks, 'find'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly logger: Logger;
}

/** Longer than a sync that is done every second. */
const confirmMs = 4_000;
/** Enough where there is nothing to wait for, and too little for a disk. */
const atOnceMs = 50;
/** Deliveries that wait for Redis to confirm; whoever settles more is held up. */
const waitingMax = 2_000;

export function createDeliverer(dependencies: DelivererDependencies): Deliverer {
  const { store, logger } = dependencies;
  const waiting = new Set<Promise<void>>();
  return {
    async deliver(delivery) {
      const confirmed = isConfirmed(store, delivery);
      const goOn = async (): Promise<void> => {
        if (await confirmed) return handOver(dependencies, delivery);
        logger.warn({ deliveryId: delivery.id }, 'not delivered: Redis did not confirm it; the sweeper tries again');
      };
      if (await isSettledWithin(atOnceMs, confirmed)) return goOn();
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
      // Dead: its job was put back by whoever had read it before. One that is sent again is pending first.
      if (delivery?.status !== 'pending') return { type: 'done' };
      return (await waitForTurn(dependencies, delivery)) ?? deliverOnce(dependencies, delivery);
    },
    async idle(withinMs) {
      await isSettledWithin(withinMs, Promise.all(waiting));
    },
  };
}

/** Those that ask at one time share what they wait for. */
function isConfirmed(store: Store, { id, createdAt }: Delivery): Promise<boolean> {
  return store.confirmDurable(confirmMs, { delivery: id, createdAt }).catch(() => false);
}

function isSettledWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  return within(ms, () => work).then(
    () => true,
    () => false,
  );
}

async function handOver(dependencies: DelivererDependencies, delivery: Delivery): Promise<void> {
  const { queues, sinks, logger } = dependencies;
  const type = sinks.find(delivery.tenantId, delivery.sink)?.type;
  // One that this process does not know, another may: whoever takes the job.
  if (type === 'webhook' || type === undefined) {
    await queues.deliveries.restore({ deliveryId: delivery.id });
    return;
  }
  const decision = await deliverOnce(dependencies, delivery);
  if (decision.type === 'again') {
    logger.warn({ deliveryId: delivery.id, error: decision.error }, 'not delivered; the sweeper tries again');
  }
}

/** Behind the next try of the delivery that goes first. */
const behindMs = 1_000;
/** That one may be delivered, or die, at another time than it was to be tried: looked at as often as this. */
const lookAgainMs = 300_000;

/** Undefined: it is this delivery's turn. No try is counted while it waits, and the sweeper leaves it alone. */
async function waitForTurn(
  dependencies: DelivererDependencies,
  delivery: Delivery,
): Promise<DeliveryDecision | undefined> {
  const { store, clock } = dependencies;
  if (delivery.follows === undefined) return undefined;
  const { follows } = delivery;
  const first = await unlessDamaged(() => store.readDelivery(follows));
  if (first === 'damaged' || first?.status !== 'pending') return undefined;
  const now = clock.now();
  const afterMs = Math.min(Math.max((first.nextTryAt ?? now) - now, 0) + behindMs, lookAgainMs);
  const isWritten = await store.writeDelivery({ ...delivery, nextTryAt: now + afterMs }, delivery);
  if (!isWritten) return asItIsNow(dependencies, delivery.id);
  return { type: 'again', afterMs, error: 'the CDR of the attempt before goes first' };
}

/** A damaged record is never delivered: nothing may wait for it, nor try it for ever. */
async function unlessDamaged<T>(read: () => Promise<T>): Promise<T | 'damaged'> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof MalformedRecord) return 'damaged';
    throw error;
  }
}

async function deliverOnce(dependencies: DelivererDependencies, delivery: Delivery): Promise<DeliveryDecision> {
  const { store, sinks, clock, metrics, logger } = dependencies;
  const type = sinks.find(delivery.tenantId, delivery.sink)?.type ?? 'unknown';
  const result = await tryToDeliver(dependencies, delivery);
  if (result.type === 'delivered') {
    metrics.deliveryTried(type, 'delivered');
    await writeDelivered(dependencies, delivery);
    return { type: 'done' };
  }
  const { after, decision } = afterFailure(delivery, result, type, clock.now());
  if (!(await store.writeDelivery(after, delivery))) return asItIsNow(dependencies, delivery.id);
  if (result.notTried === undefined) metrics.deliveryTried(type, decision.type === 'dead' ? 'dead' : 'retry');
  if (decision.type === 'dead') {
    const { id: deliveryId, tries } = after;
    logger.error({ deliveryId, tries, error: result.error }, 'delivery is dead; it can be sent again');
  }
  return decision;
}

interface AfterFailure {
  readonly after: Delivery;
  readonly decision: Exclude<DeliveryDecision, { type: 'done' }>;
}

function afterFailure(
  delivery: Delivery,
  { error, retryable, retryAfterMs, notTried }: Extract<SinkResult, { type: 'failed' }>,
  type: string,
  now: number,
): AfterFailure {
  // The sweeper, and the CDRs of the same call behind it, leave it alone until then.
  const again = (tried: Delivery, afterMs: number): AfterFailure => ({
    after: { ...tried, nextTryAt: now + afterMs },
    decision: { type: 'again', afterMs, error },
  });
  if (notTried !== undefined) return again(delivery, notTried.afterMs);
  const tries = delivery.tries + 1;
  const failed: Delivery = { ...delivery, tries, lastTryAt: now, lastError: error };
  const afterMs = isRedis(type) ? redisRetryMs : nextTryAfterMs(tries, delivery.id, retryAfterMs);
  if (retryable && afterMs !== undefined) return again(failed, afterMs);
  return { after: { ...failed, status: 'dead' }, decision: { type: 'dead', error } };
}

/** Each round somebody else wrote it: nobody does so often, unless its record cannot be written over. */
const roundsMax = 100;

/** The receiver has it, whatever somebody else made of the delivery meanwhile. */
async function writeDelivered({ store, clock }: DelivererDependencies, delivery: Delivery): Promise<void> {
  const { id } = delivery;
  let before: Delivery | undefined = delivery;
  for (let round = 0; round < roundsMax; round++) {
    if (before === undefined || before.status === 'delivered') return;
    const after: Delivery = { ...before, status: 'delivered', tries: before.tries + 1, lastTryAt: clock.now() };
    if (await store.writeDelivery(after, before)) return;
    before = await store.readDelivery(id);
  }
  throw new Error(`delivery ${id} changed ${roundsMax} times while it was written that it has arrived`);
}

/** Somebody else wrote it meanwhile, and this worker had stalled: what its try met counts no more. */
async function asItIsNow({ store, clock }: DelivererDependencies, id: string): Promise<DeliveryDecision> {
  const delivery = await store.readDelivery(id);
  const error = delivery?.lastError ?? 'somebody else wrote it meanwhile';
  if (delivery?.status === 'dead') return { type: 'dead', error };
  if (delivery?.status !== 'pending') return { type: 'done' };
  return { type: 'again', afterMs: Math.max((delivery.nextTryAt ?? 0) - clock.now(), 0), error };
}

/** A Redis sink that fails is Redis itself: it is tried for as long as it takes. A webhook, and what nobody knows yet, has its schedule. */
const redisRetryMs = 5_000;

function isRedis(type: string): boolean {
  return type === 'redis-list' || type === 'redis-stream';
}

async function tryToDeliver({ store, sinks }: DelivererDependencies, delivery: Delivery): Promise<SinkResult> {
  const sink = sinks.find(delivery.tenantId, delivery.sink);
  // A configuration comes to one process after the other: this one may have the older, or the newer.
  if (sink === undefined) return { type: 'failed', retryable: true, error: 'the sink is not configured' };
  const cdr = await unlessDamaged(() => store.readCdr(delivery.attemptId));
  if (cdr === 'damaged') return { type: 'failed', retryable: false, error: 'the CDR is damaged' };
  if (cdr === undefined) return { type: 'failed', retryable: false, error: 'the CDR is no longer kept' };
  return sink.deliver(cdr, delivery);
}
