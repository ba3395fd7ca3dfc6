import type { AttemptRecord } from '../attempt/attempt-record.ts';
import { type Call, isPlanned } from '../call/call.ts';
import type { Destination } from '../call/request.ts';
import { classOf, type Disposition, type DispositionClass } from '../outcome/disposition.ts';
import { dial2UniqueIdOf, type Evidence } from '../outcome/evidence.ts';
import type { NotSentCode } from '../outcome/not-sent.ts';
import type { LegOutcome, Outcome } from '../outcome/outcome.ts';

/**
 * The record of one attempt. Its id is the attempt's. It is delivered at least once; a receiver recognises a repetition
 * by the id. Instants are epoch ms, durations ms. Raw evidence stays beside our words for it.
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
  /** The caller ID that dial1 saw. Absent: the same as dial2's. */
  readonly dial1CallerId?: string;
  /** There is a recording. Its reference is the CDR's own id. */
  readonly recording?: { readonly under: string };
  /** The DTMF digit that was pressed at an announcement. */
  readonly dtmfDigit?: string;
  readonly clientInfo?: string;
  readonly dueAt: number;
  /** When the claim was taken. The Originate followed within seconds, or was not sent. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** One side was transferred and went on in another call. From this instant, dial1 and dial2 no longer talk. */
  readonly transferredAt?: number;
  readonly talkMs: number | null;
  readonly endedBy: Outcome['endedBy'];
  readonly lost: boolean;
  /** The call's state after this attempt, and the next attempt's time if there is one. */
  readonly callStatus: string;
  readonly nextAttemptAt?: number;
  readonly evidence: Evidence;
}

export interface CdrLeg extends Omit<LegOutcome, 'disposition'> {
  readonly destination: Destination;
  readonly disposition: Disposition | 'not_dialed';
  readonly ringingAt?: number;
  /**
   * How long the leg rang before it answered or gave up. Absent: it never rang, or the end of the ringing was not seen.
   */
  readonly ringMs?: number;
  readonly answeredAt?: number;
}

/** An ended attempt, and its call after settling → the CDR. Pure. */
export function cdrOf(call: Call, attempt: AttemptRecord, outcome: Outcome, evidence: Evidence): Cdr {
  const { request, state } = call;
  const ringingAt = evidence.rangAt ?? attempt.ringingAt;
  const { journalEnded } = evidence;
  const dial1AnsweredAt = evidence.dial1AnsweredAt ?? journalEnded?.answeredAt ?? attempt.answeredAt;
  // The written id comes first: a client may have received it.
  const uniqueId = attempt.dial2UniqueId ?? dial2UniqueIdOf(evidence);
  const dial1RangUntil = outcome.dial1.disposition === 'answered' ? dial1AnsweredAt : outcome.endedAt;
  // Counted back from the end, by our own clock. The journal's instants are by the PBX's clock.
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
    ...(journalEnded?.dtmfDigit !== undefined && { dtmfDigit: journalEnded.dtmfDigit }),
    ...(request.clientInfo !== undefined && { clientInfo: request.clientInfo }),
    dueAt: attempt.dueAt,
    startedAt: attempt.originatedAt,
    endedAt: outcome.endedAt,
    ...(outcome.transferredAt !== undefined && { transferredAt: outcome.transferredAt }),
    talkMs: outcome.talkMs,
    endedBy: outcome.endedBy,
    lost: outcome.lost,
    callStatus: state.status,
    ...(isPlanned(state) && { nextAttemptAt: state.dueAt }),
    evidence,
  };
}
