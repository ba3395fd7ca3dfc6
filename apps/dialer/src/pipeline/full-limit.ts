import { type GateDecision, kindOfLimit } from '@redial/call';
import type { LimitRequest } from '@redial/store';
import type { CallLimits } from './limits-of-call.ts';

/**
 * The gate and the reason that a call shows while a limit defers it. People and metrics see a trunk or a PBX by its
 * name. An extension appears only in the reason. A number never appears, because the reason can reach places where
 * numbers must not.
 */
interface Refusal {
  readonly gate: string;
  readonly reason: string;
}

/**
 * The limit is full now. A client that waits for dial1 learns at once that dial1 is busy: it does not wait for a later
 * call. Pure.
 */
export function fullLimit(
  { limit, reason, retryAt }: { readonly limit: string; readonly reason: 'calls' | 'rate'; readonly retryAt: number },
  limits: CallLimits,
  { isOutcomeAwaited }: { readonly isOutcomeAwaited: boolean },
): Extract<GateDecision, { decision: 'defer' | 'block' }> {
  const refusal = refusalOf(limit, reason, limits);
  const isDial1Busy = phoneOf(limit, limits) !== undefined && limits.legs.dial1.includes(limit);
  if (isDial1Busy && isOutcomeAwaited) return { decision: 'block', ...refusal };
  return { decision: 'defer', until: retryAt, isLate: true, ...refusal };
}

function refusalOf(limit: string, reason: 'calls' | 'rate', limits: CallLimits): Refusal {
  const phone = phoneOf(limit, limits);
  if (phone === undefined) {
    const most = reason === 'calls' ? 'calls under way' : 'calls per second';
    return { gate: limit, reason: `${limit} is at its limit of ${most}` };
  }
  const most = limits.requests.find((one) => one.limit === limit)?.maxCalls ?? 1;
  const calls = most === 1 ? 'another call' : `${most} calls, as many as it may have`;
  return { gate: kindOfLimit(limit), reason: `${phone} is in ${calls}` };
}

/** The limit has fewer permits than the call needs, even when no other call uses it. Pure. */
export function limitTooSmall({ limit, maxCalls, permits }: LimitRequest, limits: CallLimits): Refusal {
  const phone = phoneOf(limit, limits);
  if (phone === undefined)
    return {
      gate: limit,
      reason: `${limit} carries ${maxCalls} calls, and this one needs ${permits} permits on it`,
    };
  return {
    gate: kindOfLimit(limit),
    reason: `both sides are one phone, ${phone}, and it may be in ${maxCalls} call only`,
  };
}

/** The phone in words; undefined: the limit is a trunk's or a PBX's. */
function phoneOf(limit: string, { legs }: CallLimits): string | undefined {
  switch (kindOfLimit(limit)) {
    case 'extension':
      return `extension ${limit.split('.').at(-1)}`;
    case 'number':
      return legs.dial1.includes(limit) ? 'the number of dial1' : 'the number of dial2';
    default:
      return undefined;
  }
}
