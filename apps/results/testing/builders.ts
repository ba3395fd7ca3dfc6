import {
  type AttemptRecord,
  acceptCall,
  type Call,
  CallId,
  type CallRequest,
  type Cdr,
  cdrOf,
  type Delivery,
  type Evidence,
  AttemptId as Id,
  type JournalEnded,
  outcomeOf,
  stepCall,
} from '@redial/call';
import { Configuration } from '@redial/configuration';
import { createLogger, createMetrics } from '@redial/platform';
import type { ResultsJob } from '@redial/queue';

/** The Originate of the attempt: 09:00 in Johannesburg, on a Monday. */
export const startedAt = Date.parse('2026-03-02T09:00:00+02:00');
export const callIdOf = (n: number) => CallId.parse(`call_01HZZZZZZZZZZZZZZZZZ${String(n).padStart(6, '0')}`);
export const attemptIdOf = (n: number) => Id.parse(`att_01HZZZZZZZZZZZZZZZZZ${String(n).padStart(6, '0')}`);
export const callId = callIdOf(1);
export const attemptId = attemptIdOf(1);
export const nextAttemptId = attemptIdOf(900_000);

export const silentLogger = createLogger({ process: 'test', level: 'silent' });
export const unseenMetrics = () => createMetrics({ process: 'test', runtime: false });

export const inbox = { type: 'redis-list', name: 'inbox', key: '{cdrs}' } as const;
export const crm = {
  type: 'webhook',
  name: 'crm',
  url: 'https://crm.example/cdr',
  secret: `whsec_${'A'.repeat(32)}`,
} as const;

export function configurationWith(tenant: Record<string, unknown> = { sinks: [inbox, crm] }): Configuration {
  return Configuration.parse({
    pbxs: [{ name: 'pbx-1', host: '127.0.0.1', username: 'redial', secret: 'secret' }],
    trunks: [{ name: 'carrier', channel: 'PJSIP/{number}@carrier', maxCalls: 10, maxCallsPerSecond: 5 }],
    tenants: [
      {
        id: 'acme',
        timeZone: 'Africa/Johannesburg',
        apiKeys: [{ name: 'main', sha256: 'a'.repeat(64) }],
        numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
        extensions: { pattern: '1[0-9]{3}' },
        trunks: ['carrier'],
        ...tenant,
      },
    ],
  });
}

/** Accepted and due at `startedAt`, retried twice at most, a minute after each end. */
export function plannedCall(n = 1, request: Partial<CallRequest> = {}): Call {
  return acceptCall({
    id: callIdOf(n),
    attemptId: attemptIdOf(n),
    tenantId: 'acme',
    dialect: 'v1',
    reference: `ref-${n}`,
    at: startedAt,
    request: {
      dial1: { kind: 'extension', extension: '1001' },
      dial2: { kind: 'number', e164: '27821234567', trunk: 'carrier' },
      dial1RingTimeoutSeconds: 20,
      dial2RingTimeoutSeconds: 30,
      talkLimitSeconds: 60,
      retryPolicy: {
        maxRetries: 2,
        delaySeconds: 60,
        perDisposition: {},
        until: 'connected',
        networkBudget: { maxRetries: 5, windowSeconds: 1_800, delaySeconds: 15 },
        retryUnknown: false,
      },
      variables: {},
      headers: { dial1: {}, dial2: {} },
      priority: 5,
      ...request,
    },
  }).call;
}

/** A call whose attempt was claimed and originated, and the attempt. */
export function inFlight(n = 1, record: Partial<AttemptRecord> = {}): [Call, AttemptRecord] {
  const attempt: AttemptRecord = {
    id: attemptIdOf(n),
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
    limits: ['pbx.pbx-1', 'trunk.carrier'],
    legLimits: { dial1: [], dial2: [] },
    claimedBy: 'run.1',
    originatedAt: startedAt,
    ...record,
  };
  return [stepCall(plannedCall(n), { type: 'dial', attemptId: attempt.id, at: startedAt }).call, attempt];
}

export function canceled(call: Call, at: number): Call {
  return stepCall(call, { type: 'cancel', at }).call;
}

export const busyAt = (at: number): Evidence => ({
  originateFailed: { reason: 5, at },
  dial1Hangup: { cause: 17, at },
});

export function talked(answeredAt: number, endedAt: number): JournalEnded {
  return {
    dialStatus: 'ANSWER',
    dial1Cause: 16,
    endedBy: 'dial1',
    talkMs: endedAt - answeredAt,
    dialMs: endedAt - answeredAt,
    answeredAt,
    endedAt,
  };
}

export function resultOf(evidence: Evidence, reportedBy = 'results', n = 1): ResultsJob {
  return { callId: callIdOf(n), attemptId: attemptIdOf(n), reportedBy, evidence };
}

export function aCdr(n = 1): Cdr {
  const [call, attempt] = inFlight(n);
  const evidence = busyAt(startedAt + 5_000);
  const at = startedAt + 6_000;
  const outcome = outcomeOf(evidence, at);
  const signal = { type: 'settle', attemptId: attempt.id, at, outcome, nextAttemptId } as const;
  return cdrOf(stepCall(call, signal).call, attempt, outcome, evidence);
}

export function aDelivery(sink: string, delivery: Partial<Delivery> = {}, n = 1): Delivery {
  return {
    id: `${attemptIdOf(n)}.${sink}`,
    tenantId: 'acme',
    callId: callIdOf(n),
    attemptId: attemptIdOf(n),
    sink,
    status: 'pending',
    createdAt: startedAt,
    tries: 0,
    ...delivery,
  };
}
