import {
  createDelivery,
  type Delivery,
  type DeliveryEffect,
  type DeliverySignal,
  type DeliverySignalType,
  type DeliveryStatus,
} from '../src/delivery/delivery.ts';
import { attemptId, callOf } from './builders.ts';
import type { Cell } from './matrix.ts';

/** When the samples' signals come. */
export const at = 10_000_000;

/** After so many tries the schedule has one try left. */
const triesBeforeLast = 9;

function delivery(changes: Partial<Delivery> = {}): Delivery {
  const { id: callId, tenantId } = callOf();
  const fresh = createDelivery({ tenantId, callId, attemptId: attemptId(1), sink: 'crm', createdAt: at - 60_000 });
  return { ...fresh, ...changes };
}

const failedBefore = { lastTryAt: at - 30_000, lastError: 'HTTP 500' } as const;

/** Deliveries of every status; several where details decide. */
export const samples = {
  pending: {
    'never tried': delivery(),
    'failed twice': delivery({ tries: 2, ...failedBefore, nextTryAt: at }),
    'one try left': delivery({ tries: triesBeforeLast, ...failedBefore, nextTryAt: at }),
  },
  delivered: { delivered: delivery({ status: 'delivered', tries: 3, lastTryAt: at - 30_000 }) },
  dead: { dead: delivery({ status: 'dead', tries: 10, ...failedBefore }) },
} satisfies Record<DeliveryStatus, Record<string, Delivery>>;

/** A signal that names the tries of a sample. */
export type SignalOf = (delivery: Delivery) => DeliverySignal;

const failed =
  (retry: Extract<DeliverySignal, { type: 'failed' }>['retry'], triesApart = 0): SignalOf =>
  ({ tries }) => ({ type: 'failed', at, tries: tries + triesApart, error: 'HTTP 503', retry });

const postponed =
  (triesApart = 0): SignalOf =>
  ({ tries }) => ({ type: 'postponed', at, tries: tries + triesApart, afterMs: 700 });

/** One signal of every type; several where its content decides. */
export const signals = {
  accepted: { any: () => ({ type: 'accepted', at }) },
  failed: {
    'by schedule': failed({ type: 'scheduled' }),
    'receiver requests an hour': failed({ type: 'scheduled', requestedMs: 3_600_000 }),
    'for ever': failed({ type: 'never' }),
    'of Redis': failed({ type: 'unlimited' }),
    'counted already': failed({ type: 'scheduled' }, -1),
    'of a try before a resend': failed({ type: 'never' }, 1),
  },
  postponed: { now: postponed(), 'counted already': postponed(-1) },
  resend: { any: () => ({ type: 'resend' }) },
} satisfies Record<DeliverySignalType, Record<string, SignalOf>>;

/** The delivery machine: status × signal → status and effects. A missing cell does not compile. */
export const matrix = {
  pending: {
    accepted: 'delivered',
    failed: {
      otherwise: 'pending: try again within 5.5s',
      'failed twice + by schedule': 'pending: try again within 1980s',
      'one try left + by schedule': 'dead: bury',
      'receiver requests an hour': 'pending: try again within 3960s',
      'one try left + receiver requests an hour': 'dead: bury',
      'for ever': 'dead: bury',
      'of Redis': 'pending: try again after 5s',
      'counted already': '-',
      'of a try before a resend': '-',
    },
    postponed: { otherwise: 'pending: try again after 0.7s', 'counted already': '-' },
    resend: '-',
  },
  delivered: { accepted: '-', failed: '-', postponed: '-', resend: '-' },
  dead: { accepted: 'delivered', failed: '-', postponed: '-', resend: 'pending: enqueue' },
} satisfies Record<DeliveryStatus, Record<DeliverySignalType, Cell>>;

/** The schedule's delays have up to a tenth of jitter. */
const scheduledSeconds = [5, 1_800, 3_600];

export function effectText(effect: DeliveryEffect): string {
  if (effect.type !== 'try_again') return effect.type;
  const seconds = effect.afterMs / 1_000;
  const scheduled = scheduledSeconds.find((from) => seconds > from && seconds <= from * 1.1);
  return scheduled === undefined
    ? `try again after ${seconds}s`
    : `try again within ${Math.round(scheduled * 11) / 10}s`;
}

/** For the generated page: what each status means. */
export const statusMeanings = {
  pending: 'To be tried, now or at `nextTryAt`.',
  delivered: 'The sink has accepted the CDR.',
  dead: 'Given up: refused for ever, or no try is left. It can be sent again.',
} satisfies Record<DeliveryStatus, string>;

/** For the generated page: where each signal comes from. */
export const signalMeanings = {
  accepted: 'The sink accepted the CDR.',
  failed: 'The sink refused the CDR or did not answer.',
  postponed: 'Not tried: the CDR of the attempt before goes first, or the sink is busy. No try is counted.',
  resend: 'An operator requests another round.',
} satisfies Record<DeliverySignalType, string>;
