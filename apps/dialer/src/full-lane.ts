import type { Call, Configuration } from '@redial/call';
import type { LaneRequest } from '@redial/store';
import { kindOfLane, lanesFor, legLanesOf } from './places.ts';

/** What is said of a call that a full lane holds up, or that needs more places than the lane has. */
export interface FullLane {
  /** For people and metrics: a trunk or a PBX by its name, and of phones no more than that it was one. */
  readonly gate: string;
  readonly reason: string;
  /** dial1's phone is in another call of Redial's. */
  readonly isDial1Busy: boolean;
}

/** Pure. */
export function fullLane(
  { lane, reason }: { readonly lane: string; readonly reason: 'calls' | 'rate' },
  call: Call,
  pbx: string,
  configuration: Configuration,
): FullLane {
  const phone = phoneSaid(lane, call, configuration);
  if (phone === undefined) {
    const limit = reason === 'calls' ? 'calls under way' : 'calls per second';
    return { gate: lane, reason: `${lane} is at its limit of ${limit}`, isDial1Busy: false };
  }
  const most = lanesFor(call, pbx, configuration).find((one) => one.lane === lane)?.maxCalls ?? 1;
  const calls = most === 1 ? 'another call' : `${most} calls, as many as it may have`;
  const isDial1Busy = legLanesOf(call, configuration).dial1.includes(lane);
  return { gate: kindOfLane(lane), reason: `${phone} is in ${calls}`, isDial1Busy };
}

/** Pure. */
export function laneTooSmall(
  { lane, maxCalls, places }: LaneRequest,
  call: Call,
  configuration: Configuration,
): Pick<FullLane, 'gate' | 'reason'> {
  const phone = phoneSaid(lane, call, configuration);
  if (phone === undefined)
    return {
      gate: lane,
      reason: `${lane} carries ${maxCalls} calls, and this one needs ${places} places on it`,
    };
  return {
    gate: kindOfLane(lane),
    reason: `both sides are one phone, ${phone}, and it may be in ${maxCalls} call only`,
  };
}

/** Undefined: a lane of trunks or PBXs. A number is told by whose it is: the sentence may go where numbers may not. */
function phoneSaid(lane: string, call: Call, configuration: Configuration): string | undefined {
  switch (kindOfLane(lane)) {
    case 'extension':
      return `extension ${lane.split('.').at(-1)}`;
    case 'number':
      return legLanesOf(call, configuration).dial1.includes(lane) ? 'the number of dial1' : 'the number of dial2';
    default:
      return undefined;
  }
}
