import {
  type AttemptRecord,
  type Call,
  cdrOf,
  classOf,
  type EndedAttempt,
  formatInstant,
  isEnded,
  isPlanned,
  type Tenant,
} from '@redial/call';
import { type HttpReply, jsonReply } from '../dialect.ts';
import { type Problem, problems, problemType } from '../shared/problem.ts';
import { destinationJson, legJson, recordingPath } from './leg-json.ts';
import type { AttemptReply, CallReply, CallSummaryReply } from './reply-schema.ts';
import { whyNotDialedYet } from './why-not-dialed-yet.ts';

export interface CallView {
  readonly call: Call;
  /**
   * Records of its attempts, in any order. An attempt whose record has expired is shown from the call's own history.
   */
  readonly attempts: readonly AttemptRecord[];
  readonly tenant: Tenant;
  readonly now: number;
  /** The queue of dial jobs is paused, for all tenants. */
  readonly isDialQueuePaused?: boolean;
}

/** A call with all that is known of it. Instants are in the tenant's time zone. */
export function callReply({ call, attempts, tenant, now, isDialQueuePaused = false }: CallView): CallReply {
  const { request } = call;
  const why = whyNotDialedYet(call, tenant, { now, isDialQueuePaused });
  return {
    ...callSummaryReply(call, tenant),
    whyNotDialedYet: why && { ...why, until: instant(why.until, tenant) },
    attempts: attemptReplies(call, attempts, tenant),
    dial1RingTimeoutSeconds: request.dial1RingTimeoutSeconds,
    dial2RingTimeoutSeconds: request.dial2RingTimeoutSeconds,
    talkLimitSeconds: request.talkLimitSeconds,
    retryPolicy: request.retryPolicy,
    variables: request.variables,
    headers: request.headers,
  };
}

export function callSummaryReply(call: Call, tenant: Tenant): CallSummaryReply {
  const { request, state } = call;
  return {
    id: call.id,
    reference: call.reference,
    state: state.status,
    reason: isEnded(state) ? state.reason : null,
    acceptedAt: formatInstant(call.acceptedAt, tenant.timeZone),
    endedAt: instant(isEnded(state) ? state.endedAt : undefined, tenant),
    cancelRequestedAt: instant(state.status === 'dialing' ? state.cancelRequestedAt : undefined, tenant),
    nextAttempt: isPlanned(state)
      ? { id: state.attemptId, number: state.attemptNumber, dueAt: formatInstant(state.dueAt, tenant.timeZone) }
      : null,
    attemptsMade: call.history.length + (state.status === 'dialing' ? 1 : 0),
    dial1: destinationJson(request.dial1),
    dial2: destinationJson(request.dial2),
    callerId: request.callerId ?? null,
    dial1CallerId: request.dial1CallerId ?? null,
    dial1CallerName: request.dial1CallerName ?? null,
    record: request.recording !== undefined,
    clientInfo: request.clientInfo ?? null,
    notBefore: instant(request.notBeforeAt, tenant),
    expiresAt: instant(request.expiresAt, tenant),
    priority: request.priority,
    dialect: call.dialect,
  };
}

/** RFC 9457. */
export function problemReply(problem: Problem, requestId?: string): HttpReply {
  const value = problemValue(problem, requestId);
  return jsonReply(value.status, value, {
    ...problem.headers,
    'Content-Type': 'application/problem+json; charset=utf-8',
  });
}

export function problemValue({ code, detail, errors }: Problem, requestId?: string) {
  const { status, title, message } = problems[code];
  return {
    type: problemType(code),
    title,
    status,
    detail: detail ?? message,
    ...(requestId !== undefined && { requestId }),
    ...(errors !== undefined && { errors: [...errors] }),
  };
}

function attemptReplies(call: Call, records: readonly AttemptRecord[], tenant: Tenant): AttemptReply[] {
  const recordOf = new Map<string, AttemptRecord>(records.map((record) => [record.id, record]));
  const ended = call.history.map((attempt, index) =>
    endedReply(call, attempt, index + 1, recordOf.get(attempt.attemptId), tenant),
  );
  if (call.state.status !== 'dialing') return ended;
  return [...ended, inFlightReply(call.state, recordOf.get(call.state.attemptId), tenant)];
}

function endedReply(
  call: Call,
  attempt: EndedAttempt,
  number: number,
  record: AttemptRecord | undefined,
  tenant: Tenant,
): AttemptReply {
  const cdr = record?.ended && cdrOf(call, record, record.ended.outcome, record.ended.evidence);
  const inZone = (at: number) => formatInstant(at, tenant.timeZone);
  return {
    id: attempt.attemptId,
    number,
    state: 'ended',
    pbx: record?.pbx ?? null,
    dueAt: instant(record?.dueAt, tenant),
    startedAt: instant(record?.originatedAt, tenant),
    endedAt: formatInstant(attempt.endedAt, tenant.timeZone),
    transferredAt: instant(cdr?.transferredAt, tenant),
    disposition: attempt.disposition,
    class: classOf(attempt.disposition),
    notSentCode: attempt.notSentCode ?? null,
    connected: attempt.connected,
    talkMs: cdr?.talkMs ?? null,
    endedBy: cdr?.endedBy ?? null,
    lost: cdr?.lost ?? null,
    recording: cdr?.recording === undefined ? null : recordingPath(cdr.id),
    dtmfDigit: cdr?.dtmfDigit ?? null,
    dial1: cdr ? legJson(cdr.dial1, inZone) : null,
    dial2: cdr ? legJson(cdr.dial2, inZone) : null,
  };
}

function inFlightReply(
  state: Extract<Call['state'], { status: 'dialing' }>,
  record: AttemptRecord | undefined,
  tenant: Tenant,
): AttemptReply {
  const progress =
    record?.answeredAt !== undefined ? 'answered' : record?.ringingAt !== undefined ? 'ringing' : 'originating';
  return {
    id: state.attemptId,
    number: state.attemptNumber,
    state: progress,
    pbx: record?.pbx ?? null,
    dueAt: instant(record?.dueAt, tenant),
    startedAt: instant(record?.originatedAt ?? state.startedAt, tenant),
    endedAt: null,
    transferredAt: null,
    disposition: null,
    class: null,
    notSentCode: null,
    connected: null,
    talkMs: null,
    endedBy: null,
    lost: null,
    recording: null,
    dtmfDigit: null,
    dial1: null,
    dial2: null,
  };
}

function instant(at: number | undefined, tenant: Tenant): string | null {
  return at === undefined ? null : formatInstant(at, tenant.timeZone);
}
