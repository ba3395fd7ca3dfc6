import { type Cdr, destinationDigits } from '@redial/call';
import { type EndReason, endOfCall } from './end-of-call.ts';

/** One entry of the Redis list `enigma:notifications:cdr`, from v3.0.0 on: one for each attempt, answered or not. */
export interface ClickNotification {
  readonly type: 'cdr';
  readonly payload: {
    /** The agent, or null when nobody took the call. */
    readonly extension: string | null;
    /** The number that was dialled. */
    readonly number: string;
    /** The number used by the PBX: outbound, the caller ID that the callee saw. */
    readonly dial_number: string | null;
    /** Redial's id for the call, as the answer to the request had it. */
    readonly call_ref: string;
    readonly contact_ref: string;
    /** Unix seconds. */
    readonly dialed_at: number;
    readonly end_reason: EndReason;
    readonly end_code: number;
    /** Seconds, ringing and holding included. */
    readonly call_time: number;
    /** Seconds. Holding is not told apart from talking. */
    readonly hold_time: number;
    readonly call_dir: 'outbound';
    /** The recording's reference, as `/click2dial/recordings/<ref>` takes it; null where there is none. */
    readonly recording_url: string | null;
    readonly ref: 'click-dial';
  };
}

export function toNotification(cdr: Cdr): ClickNotification {
  return {
    type: 'cdr',
    payload: {
      extension: agentOf(cdr),
      number: destinationDigits(cdr.dial2.destination),
      dial_number: cdr.callerId ?? null,
      call_ref: cdr.callId,
      contact_ref: cdr.reference,
      dialed_at: Math.floor(cdr.startedAt / 1000),
      ...endOfCall(cdr),
      call_time: Math.max(0, Math.round((cdr.endedAt - cdr.startedAt) / 1000)),
      hold_time: 0,
      call_dir: 'outbound',
      recording_url: recordingOf(cdr),
      ref: 'click-dial',
    },
  };
}

/** One entry of `enigma:notifications:c2d`, which the vendor has deprecated. */
export interface C2dNotification {
  readonly notifications: readonly {
    readonly extension: string | null;
    readonly disposition: EndReason;
    readonly call_ref: string;
    readonly end_code: number;
    readonly recording_url: string | null;
  }[];
}

export function toC2dNotification(cdr: Cdr): C2dNotification {
  const { end_reason: disposition, end_code } = endOfCall(cdr);
  // The list is older than contact_ref: its call_ref is the reference that the client gave.
  return {
    notifications: [
      { extension: agentOf(cdr), disposition, call_ref: cdr.reference, end_code, recording_url: recordingOf(cdr) },
    ],
  };
}

function agentOf(cdr: Cdr): string | null {
  return cdr.dial1.disposition === 'answered' ? destinationDigits(cdr.dial1.destination) : null;
}

function recordingOf(cdr: Cdr): string | null {
  return cdr.recording === undefined ? null : cdr.id;
}
