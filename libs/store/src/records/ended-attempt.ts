import type { AttemptRecord, Cdr, LegOutcome, Outcome } from '@redial/call';

/**
 * The stored form of an ended attempt: its CDR, and the fields of the attempt that the CDR lacks. Evidence and outcome
 * are in the CDR, so they are stored once. Pure.
 */
export type StoredEndedAttempt = Cdr & { readonly attempt: RestOfAttempt };

type Shared = 'id' | 'callId' | 'tenantId' | 'attemptNumber' | 'dueAt' | 'pbx' | 'originatedAt' | 'ended';
type RestOfAttempt = Omit<AttemptRecord, Shared> & {
  readonly settledAt: number;
  readonly reportedBy: string;
  readonly mapped: boolean;
};

export function endedAttemptOf(attempt: AttemptRecord, cdr: Cdr): StoredEndedAttempt {
  const { id, callId, tenantId, attemptNumber, dueAt, pbx, originatedAt, ended, ...rest } = attempt;
  if (ended === undefined) throw new TypeError('only an attempt that has ended has a CDR');
  const { settledAt, reportedBy, outcome } = ended;
  return { ...cdr, attempt: { ...rest, settledAt, reportedBy, mapped: outcome.mapped } };
}

/** Restores the attempt's record. */
export function recordOf(stored: StoredEndedAttempt): AttemptRecord {
  const { settledAt, reportedBy, mapped, ...rest } = stored.attempt;
  const { id, callId, tenantId, attemptNumber, dueAt, pbx, startedAt, evidence } = stored;
  const outcome: Outcome = {
    disposition: stored.disposition,
    ...(stored.notSentCode !== undefined && { notSentCode: stored.notSentCode }),
    connected: stored.connected,
    dial1: legOf(stored.dial1 as LegOutcome),
    dial2: stored.dial2.disposition === 'not_dialed' ? null : legOf(stored.dial2 as LegOutcome),
    talkMs: stored.talkMs,
    endedBy: stored.endedBy,
    endedAt: stored.endedAt,
    ...(stored.transferredAt !== undefined && { transferredAt: stored.transferredAt }),
    lost: stored.lost,
    mapped,
  };
  return {
    ...rest,
    ...({ id, callId, tenantId, attemptNumber, dueAt, pbx } as AttemptRecord),
    originatedAt: startedAt,
    ended: { outcome, evidence, settledAt, reportedBy },
  };
}

function legOf({ disposition, cause, sipCode, reason, dialStatus }: LegOutcome): LegOutcome {
  return {
    disposition,
    ...(cause !== undefined && { cause }),
    ...(sipCode !== undefined && { sipCode }),
    ...(reason !== undefined && { reason }),
    ...(dialStatus !== undefined && { dialStatus }),
  };
}
