import {
  type AttemptId,
  type AttemptRecord,
  type Call,
  type CallId,
  cdrOf,
  type Evidence,
  isPlanned,
  outcomeOf,
  stepCall,
} from '@redial/call';
import { createIds } from '@redial/platform';
import type { RunningApi } from './running-api.ts';

/** The writes of a dialer when it takes a call, without a PBX. Resolves with the attempt in progress. */
export async function dial(api: RunningApi, id: string): Promise<AttemptRecord> {
  const before = await read(api, id);
  if (!isPlanned(before.value.state)) throw new Error(`${id} is ${before.value.state.status}`);
  const { attemptId, attemptNumber, dueAt } = before.value.state;
  const now = Date.now();
  const attempt: AttemptRecord = {
    id: attemptId,
    callId: before.value.id,
    tenantId: before.value.tenantId,
    attemptNumber,
    dueAt,
    plan: {
      dial1RingTimeoutMs: 20_000,
      dial2RingTimeoutMs: 30_000,
      talkLimitMs: 60_000,
      legs: { dial1: 'extension', dial2: 'trunk' },
    },
    pbx: 'pbx1',
    pbxStartedAt: 'boot',
    slot: 7,
    limits: [],
    legLimits: { dial1: [], dial2: [] },
    claimedBy: 'run.1',
    originatedAt: now,
    ...(before.value.request.outcomeAwaited && { awaited: true }),
  };
  const { call } = stepCall(before.value, { type: 'dial', attemptId, at: now });
  const written = await api.store.claim(before, call, attempt);
  if (!written.ok) throw new Error('claim lost');
  return attempt;
}

/** The writes of the results process for an attempt's evidence. Resolves with the call afterwards. */
export async function settle(api: RunningApi, attempt: AttemptRecord, evidence: Evidence): Promise<Call> {
  const now = Date.now();
  const outcome = outcomeOf(evidence, now);
  const before = await read(api, attempt.callId);
  const record = await api.store.readAttempt(attempt.id);
  if (record === undefined) throw new Error(`no attempt ${attempt.id}`);
  const nextAttemptId: AttemptId = createIds().attemptId(attempt.callId);
  const { call } = stepCall(before.value, { type: 'settle', attemptId: attempt.id, at: now, outcome, nextAttemptId });
  const ended = { ...record.value, ended: { outcome, evidence, settledAt: now, reportedBy: 'test' } };
  const written = await api.store.settle({
    call: { before, after: call },
    attempt: { before: record, after: ended },
    cdr: cdrOf(call, ended, outcome, evidence),
    deliveries: [],
  });
  if (!written.ok) throw new Error('settle lost');
  return call;
}

async function read(api: RunningApi, id: string) {
  const call = await api.store.readCall(id as CallId);
  if (call === undefined) throw new Error(`no call ${id}`);
  return call;
}
