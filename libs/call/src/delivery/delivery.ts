import { assertNever } from '../assert-never.ts';
import type { AttemptId, CallId } from '../ids.ts';
import { nextTryAfterMs } from './retry-schedule.ts';

/**
 * The delivery machine: one CDR on its way to one sink. Pure; every write of its result is compare-and-set.
 *
 * D1  A delivered delivery never changes again.
 * D2  A dead delivery is sent again only on request, or becomes delivered when the answer to an earlier try arrives
 *     late.
 * D3  Each try is counted once: the failure of a try that another worker has already counted changes nothing.
 */
export const deliveryStatuses = ['pending', 'delivered', 'dead'] as const;
export type DeliveryStatus = (typeof deliveryStatuses)[number];

export interface Delivery {
  /** `<attempt id>.<sink name>` */
  readonly id: string;
  readonly tenantId: string;
  readonly callId: CallId;
  readonly attemptId: AttemptId;
  readonly sink: string;
  /**
   * The delivery to the same sink, of the call's attempt before, that goes first. Absent where the order does not
   * matter.
   */
  readonly follows?: string;
  readonly status: DeliveryStatus;
  /** When the attempt was settled. */
  readonly createdAt: number;
  readonly tries: number;
  readonly lastTryAt?: number;
  /** While pending: when it is tried again. Until then the sweeper leaves it alone. */
  readonly nextTryAt?: number;
  /** Why the last try failed: an HTTP status or the kind of failure; never a body or an address. */
  readonly lastError?: string;
}

/** What follows a failed try. */
export type DeliveryRetry =
  /** No later try can succeed. */
  | { readonly type: 'never' }
  /** By the published schedule, and not sooner than the receiver requested. Dead when the schedule ends. */
  | { readonly type: 'scheduled'; readonly requestedMs?: number | undefined }
  /** Every few seconds, until it succeeds. */
  | { readonly type: 'unlimited' };

export type DeliverySignal =
  /** The sink has accepted the CDR. */
  | { readonly type: 'accepted'; readonly at: number }
  /** A try failed. `tries`: how many were counted when it began. */
  | {
      readonly type: 'failed';
      readonly at: number;
      readonly tries: number;
      readonly error: string;
      readonly retry: DeliveryRetry;
    }
  /**
   * Nothing was sent: another CDR goes first, or the sink is busy. `tries`: how many were counted when that was found.
   */
  | { readonly type: 'postponed'; readonly at: number; readonly tries: number; readonly afterMs: number }
  /** An operator sends a dead delivery again. */
  | { readonly type: 'resend' };
export type DeliverySignalType = DeliverySignal['type'];

export type DeliveryEffect =
  /** Put the delivery's job on the queue now. */
  | { readonly type: 'enqueue' }
  /** The delivery's job comes back after `afterMs`. */
  | { readonly type: 'try_again'; readonly afterMs: number }
  /** Keep the delivery's job as a dead letter. */
  | { readonly type: 'bury'; readonly error: string };

export interface DeliveryStep {
  readonly delivery: Delivery;
  readonly effects: readonly DeliveryEffect[];
  readonly ignored: boolean;
}

interface DeliveryOrigin extends Pick<Delivery, 'tenantId' | 'callId' | 'attemptId' | 'sink' | 'createdAt'> {
  /** The attempt whose CDR goes to this sink first. */
  readonly followsAttempt?: string | undefined;
}

/** A CDR becomes a delivery: one for each of the tenant's sinks. */
export function createDelivery({ followsAttempt, ...delivery }: DeliveryOrigin): Delivery {
  const { attemptId, sink } = delivery;
  return {
    id: deliveryIdOf(attemptId, sink),
    ...delivery,
    status: 'pending',
    tries: 0,
    ...(followsAttempt !== undefined && { follows: deliveryIdOf(followsAttempt, sink) }),
  };
}

function deliveryIdOf(attemptId: string, sink: string): string {
  return `${attemptId}.${sink}`;
}

/** For `unlimited`. Such a sink is Redis: it is back within seconds, or an operator repairs it. */
const unlimitedRetryMs = 5_000;

/** One signal → the delivery as it is now, and what to do. */
export function stepDelivery(delivery: Delivery, signal: DeliverySignal): DeliveryStep {
  switch (delivery.status) {
    case 'pending':
      return stepPending(delivery, signal);
    case 'delivered':
      return ignore(delivery);
    case 'dead':
      return stepDead(delivery, signal);
    default:
      return assertNever(delivery.status);
  }
}

function stepPending(delivery: Delivery, signal: DeliverySignal): DeliveryStep {
  switch (signal.type) {
    case 'accepted':
      return accepted(delivery, signal.at);
    case 'failed':
      return signal.tries === delivery.tries ? failed(delivery, signal) : ignore(delivery);
    case 'postponed':
      return signal.tries === delivery.tries ? tryAgain(delivery, signal.at, signal.afterMs) : ignore(delivery);
    case 'resend':
      return ignore(delivery);
    default:
      return assertNever(signal);
  }
}

function stepDead(delivery: Delivery, signal: DeliverySignal): DeliveryStep {
  switch (signal.type) {
    case 'accepted':
      return accepted(delivery, signal.at);
    case 'failed':
    case 'postponed':
      return ignore(delivery);
    case 'resend':
      return moved({ ...delivery, status: 'pending', tries: 0 }, [{ type: 'enqueue' }]);
    default:
      return assertNever(signal);
  }
}

function accepted(delivery: Delivery, at: number): DeliveryStep {
  return moved({ ...ended(delivery), status: 'delivered', tries: delivery.tries + 1, lastTryAt: at }, []);
}

function failed(delivery: Delivery, { at, error, retry }: Extract<DeliverySignal, { type: 'failed' }>): DeliveryStep {
  const tries = delivery.tries + 1;
  const tried: Delivery = { ...delivery, tries, lastTryAt: at, lastError: error };
  const afterMs = retryAfterMsOf(retry, tries, delivery.id);
  if (afterMs !== undefined) return tryAgain(tried, at, afterMs);
  return moved({ ...ended(tried), status: 'dead' }, [{ type: 'bury', error }]);
}

/** Undefined: never. */
function retryAfterMsOf(retry: DeliveryRetry, tries: number, id: string): number | undefined {
  switch (retry.type) {
    case 'never':
      return undefined;
    case 'scheduled':
      return nextTryAfterMs(tries, id, retry.requestedMs);
    case 'unlimited':
      return unlimitedRetryMs;
    default:
      return assertNever(retry);
  }
}

function tryAgain(delivery: Delivery, at: number, afterMs: number): DeliveryStep {
  return moved({ ...delivery, nextTryAt: at + afterMs }, [{ type: 'try_again', afterMs }]);
}

/** Without what only a pending delivery has. */
function ended({ nextTryAt: _over, ...delivery }: Delivery): Delivery {
  return delivery;
}

function moved(delivery: Delivery, effects: readonly DeliveryEffect[]): DeliveryStep {
  return { delivery, effects, ignored: false };
}

function ignore(delivery: Delivery): DeliveryStep {
  return { delivery, effects: [], ignored: true };
}
