import {
  type AttemptPlan,
  type AttemptRecord,
  acceptCall,
  type Call,
  CallId,
  type CallRequest,
  AttemptId as Id,
  type JournalEnded,
  type Outcome,
  stepCall,
} from '@redial/call';
import { Configuration } from '@redial/configuration';
import type { DialJob } from '@redial/queue';

/** 09:00 in Johannesburg, on a Monday. */
export const monday9 = Date.parse('2026-03-02T09:00:00+02:00');
export const callId = CallId.parse('call_01HZZZZZZZZZZZZZZZZZ000000');
export const attemptId = Id.parse('att_01HZZZZZZZZZZZZZZZZZ000001');
export const anotherAttemptId = Id.parse('att_01HZZZZZZZZZZZZZZZZZ000002');
export const job: DialJob = { callId, attemptId, maskedDial2: '27••••567' };

export function configurationWith({
  tenant = {},
  trunk = {},
  pbxs = ['pbx-1'],
  pbxLimits = {},
}: {
  readonly tenant?: Record<string, unknown>;
  readonly trunk?: Record<string, unknown>;
  readonly pbxs?: readonly string[];
  readonly pbxLimits?: Record<string, unknown>;
} = {}): Configuration {
  return Configuration.parse({
    pbxs: pbxs.map((name) => ({ name, host: '127.0.0.1', username: 'redial', secret: 'secret', ...pbxLimits })),
    trunks: [{ name: 'carrier', channel: 'PJSIP/{number}@carrier', maxCalls: 10, maxCallsPerSecond: 5, ...trunk }],
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

/** Accepted a minute before it is due at `monday9`. */
export function aCall(request: Partial<CallRequest> = {}): Call {
  return acceptCall({
    id: callId,
    attemptId,
    tenantId: 'acme',
    dialect: 'v1',
    reference: 'ref-1',
    at: monday9 - 60_000,
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
      notBeforeAt: monday9,
      ...request,
    },
  }).call;
}

/** What another dialer writes when it claims the call. */
export function claimedElsewhere(call: Call, record: Partial<AttemptRecord> = {}): [AttemptRecord, Call] {
  const at = monday9;
  const dialing = stepCall(call, { type: 'dial', attemptId, at }).call;
  const plan: AttemptPlan = {
    dial1RingTimeoutMs: 20_000,
    dial2RingTimeoutMs: 30_000,
    talkLimitMs: 60_000,
    legs: { dial1: 'extension', dial2: 'trunk' },
  };
  return [
    {
      id: attemptId,
      callId,
      tenantId: 'acme',
      attemptNumber: 1,
      dueAt: at,
      plan,
      pbx: 'pbx-1',
      pbxStartedAt: 'start of pbx-1',
      slot: 3,
      limits: ['pbx.pbx-1', 'trunk.carrier'],
      legLimits: { dial1: [], dial2: [] },
      claimedBy: 'run.1',
      originatedAt: at,
      ...record,
    },
    dialing,
  ];
}

export function busyOutcome(endedAt: number): Outcome {
  return {
    disposition: 'busy',
    connected: false,
    dial1: { disposition: 'busy', cause: 17 },
    dial2: null,
    talkMs: 0,
    endedBy: null,
    endedAt,
    lost: false,
    mapped: true,
  };
}

/** The journal's last word on a call in which both talked. */
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
