import type { AttemptRecord } from '../attempt/attempt-record.ts';
import type { Call } from '../call/call.ts';
import type { Destination } from '../call/request.ts';
import { classOf, type Disposition, type DispositionClass } from '../outcome/disposition.ts';
import { dial2UniqueIdOf, type Evidence } from '../outcome/evidence.ts';
import type { NotSentCode } from '../outcome/not-sent.ts';
import type { LegOutcome, Outcome } from '../outcome/outcome.ts';

/**
 * The record of one attempt. Its id is the attempt's: delivered at least once, recognised by that id.
 * Instants are epoch ms, durations ms. Raw evidence stays beside our words for it.
 */
export interface Cdr {
  readonly id: string;
  readonly callId: string;
  readonly tenantId: string;
  readonly dialect: string;
  readonly reference: string;
  readonly attemptNumber: number;
  readonly pbx: string;
  readonly disposition: Disposition;
  readonly class: DispositionClass;
  /** Of `not_sent`: why, where it is known. */
  readonly notSentCode?: NotSentCode;
  readonly connected: boolean;
  readonly dial1: CdrLeg;
  readonly dial2: CdrLeg & { readonly uniqueId?: string };
  readonly callerId?: string;
  /** What dial1 saw; absent: the same. */
  readonly dial1CallerId?: string;
  /** There is a recording. Its reference is the CDR's own id. */
  readonly recording?: { readonly under: string };
  /** The key that was pressed at a message. */
  readonly pressedKey?: string;
  readonly clientInfo?: string;
  readonly dueAt: number;
  /** When its claim was taken: its Originate followed within seconds, or was not sent. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** One side was handed over and went on in another call: since then dial1 and dial2 do not talk any more. */
  readonly transferredAt?: number;
  readonly talkMs: number | null;
  readonly endedBy: Outcome['endedBy'];
  readonly lost: boolean;
  /** What became of the call: its state after this attempt, and the next attempt's time if there is one. */
  readonly callStatus: string;
  readonly nextAttemptAt?: number;
  readonly evidence: Evidence;
}

export interface CdrLeg extends Omit<LegOutcome, 'disposition'> {
  readonly destination: Destination;
  readonly disposition: Disposition | 'not_dialed';
  readonly ringingAt?: number;
  /** How long it rang before it answered or gave up; absent: it never rang, or nobody saw when that ended. */
  readonly ringMs?: number;
  readonly answeredAt?: number;
}

/** An attempt that has ended, and its call as it is after settling → the CDR. Pure. */
export function cdrOf(call: Call, attempt: AttemptRecord, outcome: Outcome, evidence: Evidence): Cdr {
  const { request, state } = call;
  const ringingAt = evidence.rangAt ?? attempt.ringingAt;
  const { journalEnded } = evidence;
  const dial1AnsweredAt = evidence.dial1AnsweredAt ?? journalEnded?.answeredAt ?? attempt.answeredAt;
  // A client may have been told the one that was written down.
  const uniqueId = attempt.dial2UniqueId ?? dial2UniqueIdOf(evidence);
  const dial1RangUntil = outcome.dial1.disposition === 'answered' ? dial1AnsweredAt : outcome.endedAt;
  // Backwards from the end, on our own clock; the journal's instants are the PBX's.
  const dial2AnsweredAt =
    outcome.connected && outcome.talkMs !== null
      ? (outcome.transferredAt ?? outcome.endedAt) - outcome.talkMs
      : undefined;
  const dial2RingMs = journalEnded?.ringMs;
  return {
    id: attempt.id,
    callId: call.id,
    tenantId: call.tenantId,
    dialect: call.dialect,
    reference: call.reference,
    attemptNumber: attempt.attemptNumber,
    pbx: attempt.pbx,
    disposition: outcome.disposition,
    class: classOf(outcome.disposition),
    ...(outcome.notSentCode !== undefined && { notSentCode: outcome.notSentCode }),
    connected: outcome.connected,
    dial1: {
      destination: request.dial1,
      ...outcome.dial1,
      ...(ringingAt !== undefined && { ringingAt }),
      ...(ringingAt !== undefined &&
        dial1RangUntil !== undefined && { ringMs: Math.max(0, dial1RangUntil - ringingAt) }),
      ...(dial1AnsweredAt !== undefined && outcome.dial1.disposition === 'answered' && { answeredAt: dial1AnsweredAt }),
    },
    dial2: {
      destination: request.dial2,
      ...(outcome.dial2 ?? { disposition: 'not_dialed' as const }),
      ...(dial2RingMs !== undefined && {
        ringingAt: (dial2AnsweredAt ?? outcome.endedAt) - dial2RingMs,
        ringMs: dial2RingMs,
      }),
      ...(dial2AnsweredAt !== undefined && { answeredAt: dial2AnsweredAt }),
      ...(uniqueId !== undefined && { uniqueId }),
    },
    ...(request.callerId !== undefined && { callerId: request.callerId }),
    ...(request.dial1CallerId !== undefined && { dial1CallerId: request.dial1CallerId }),
    ...(request.recording !== undefined && journalEnded?.recorded && { recording: request.recording }),
    ...(journalEnded?.pressedKey !== undefined && { pressedKey: journalEnded.pressedKey }),
    ...(request.clientInfo !== undefined && { clientInfo: request.clientInfo }),
    dueAt: attempt.dueAt,
    startedAt: attempt.originatedAt,
    endedAt: outcome.endedAt,
    ...(outcome.transferredAt !== undefined && { transferredAt: outcome.transferredAt }),
    talkMs: outcome.talkMs,
    endedBy: outcome.endedBy,
    lost: outcome.lost,
    callStatus: state.status,
    ...('dueAt' in state && { nextAttemptAt: state.dueAt }),
    evidence,
  };
}
