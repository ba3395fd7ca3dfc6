import {
  AttemptId,
  type AttemptRecord,
  acceptCall,
  type Call,
  CallId,
  type Evidence,
  outcomeOf,
  stepCall,
} from '@redial/call';

export const startedAt = Date.UTC(2026, 2, 2, 9);
export const callIdOf = (n: number): CallId => CallId.parse(`call_01HZZZZZZZZZZZZZZZZZ${String(n).padStart(6, '0')}`);
export const attemptIdOf = (n: number): AttemptId =>
  AttemptId.parse(`att_01HZZZZZZZZZZZZZZZZZ${String(n).padStart(6, '0')}`);

/** Accepted, and due at once; retried once. */
export function aCall(n = 1): Call {
  return acceptCall({
    id: callIdOf(n),
    attemptId: attemptIdOf(n),
    tenantId: 'acme',
    dialect: 'dialup',
    reference: `ref-${n}`,
    at: startedAt,
    request: {
      dial1: { kind: 'extension', extension: '1001' },
      dial2: { kind: 'number', e164: '27821234567', trunk: 'carrier' },
      dial1RingTimeoutSeconds: 20,
      dial2RingTimeoutSeconds: 30,
      talkLimitSeconds: 60,
      retryPolicy: {
        maxRetries: 1,
        delaySeconds: 60,
        perDisposition: {},
        until: 'connected',
        networkBudget: { maxRetries: 0, windowSeconds: 0, delaySeconds: 0 },
        retryUnknown: false,
      },
      outcomeAwaited: true,
      variables: {},
      headers: { dial1: {}, dial2: {} },
      priority: 5,
    },
  }).call;
}

/** The call while its attempt is under way, and the attempt. */
export function inFlight(n = 1, record: Partial<AttemptRecord> = {}): [Call, AttemptRecord] {
  const { id: attemptId = attemptIdOf(n) } = record;
  const dialing = stepCall(aCall(n), { type: 'dial', attemptId: attemptIdOf(n), at: startedAt }).call;
  return [
    { ...dialing, state: { status: 'dialing', attemptId, attemptNumber: 1, startedAt } },
    {
      id: attemptId,
      callId: callIdOf(n),
      tenantId: 'acme',
      attemptNumber: 1,
      dueAt: startedAt,
      plan: {
        dial1RingTimeoutMs: 20_000,
        dial2RingTimeoutMs: 30_000,
        talkLimitMs: 60_000,
        legs: { dial1: 'extension', dial2: 'trunk' },
      },
      pbx: 'pbx-1',
      pbxStartedAt: 'start of pbx-1',
      slot: n,
      limits: ['pbx.pbx-1'],
      legLimits: { dial1: [], dial2: [] },
      claimedBy: 'run.1',
      originatedAt: startedAt,
      awaited: true,
      ...record,
    },
  ];
}

/** dial1 has answered. */
export function answered(record: Partial<AttemptRecord> = {}, n = 1): [Call, AttemptRecord] {
  return inFlight(n, { answeredAt: startedAt, ...record });
}

/** Its attempt has been settled on this evidence. */
export function ended(evidence: Evidence, n = 1): [Call, AttemptRecord] {
  const [call, attempt] = inFlight(n);
  const at = startedAt + 5_000;
  const outcome = outcomeOf(evidence, at);
  const signal = {
    type: 'settle',
    attemptId: attempt.id,
    at,
    outcome,
    nextAttemptId: attemptIdOf(900_000 + n),
  } as const;
  return [
    stepCall(call, signal).call,
    { ...attempt, ended: { outcome, evidence, settledAt: at, reportedBy: 'results' } },
  ];
}
