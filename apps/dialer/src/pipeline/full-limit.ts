import type { Call, Configuration } from '@redial/call';
import type { LimitRequest } from '@redial/store';
import { kindOfLimit, legLimitsOf, limitsFor } from './limits-of-call.ts';

/** What is said of a call that a full limit holds up, or that needs more permits than the limit has. */
export interface FullLimit {
  /** For people and metrics: a trunk or a PBX by its name, and of phones no more than that it was one. */
  readonly gate: string;
  readonly reason: string;
  /** dial1's phone is in another call of Redial's. */
  readonly isDial1Busy: boolean;
}

/** Pure. */
export function fullLimit(
  { limit, reason }: { readonly limit: string; readonly reason: 'calls' | 'rate' },
  call: Call,
  pbx: string,
  configuration: Configuration,
): FullLimit {
  const phone = phoneSaid(limit, call, configuration);
  if (phone === undefined) {
    const most = reason === 'calls' ? 'calls under way' : 'calls per second';
    return { gate: limit, reason: `${limit} is at its limit of ${most}`, isDial1Busy: false };
  }
  const most = limitsFor(call, pbx, configuration).find((one) => one.limit === limit)?.maxCalls ?? 1;
  const calls = most === 1 ? 'another call' : `${most} calls, as many as it may have`;
  const isDial1Busy = legLimitsOf(call, configuration).dial1.includes(limit);
  return { gate: kindOfLimit(limit), reason: `${phone} is in ${calls}`, isDial1Busy };
}

/** Pure. */
export function limitTooSmall(
  { limit, maxCalls, permits }: LimitRequest,
  call: Call,
  configuration: Configuration,
): Pick<FullLimit, 'gate' | 'reason'> {
  const phone = phoneSaid(limit, call, configuration);
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

/** Undefined: a limit of trunks or PBXs. A number is told by whose it is: the sentence may go where numbers may not. */
function phoneSaid(limit: string, call: Call, configuration: Configuration): string | undefined {
  switch (kindOfLimit(limit)) {
    case 'extension':
      return `extension ${limit.split('.').at(-1)}`;
    case 'number':
      return legLimitsOf(call, configuration).dial1.includes(limit) ? 'the number of dial1' : 'the number of dial2';
    default:
      return undefined;
  }
}
