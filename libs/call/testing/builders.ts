import { acceptCall, type Call } from '../src/call/call.ts';
import { CallRequest } from '../src/call/request.ts';
import { AttemptId, CallId } from '../src/ids.ts';
import type { Disposition } from '../src/outcome/disposition.ts';
import type { Outcome } from '../src/outcome/outcome.ts';
import { RetryPolicy } from '../src/retry/retry-policy.ts';
import { Tenant } from '../src/tenant/tenant.ts';

/** Builders for specs: small valid values. A spec overrides what it is about. */
export function attemptId(n: number): AttemptId {
  return AttemptId.parse(`att_01HZZZZZZZZZZZZZZZZZ${String(n).padStart(6, '0')}`);
}

export const callId = CallId.parse('call_01HZZZZZZZZZZZZZZZZZ000000');

export function policyOf(policy: Partial<RetryPolicy> = {}): RetryPolicy {
  return RetryPolicy.parse({ maxRetries: 2, delaySeconds: 60, ...policy });
}

export function requestOf(request: Partial<CallRequest> = {}): CallRequest {
  return CallRequest.parse({
    dial1: { kind: 'extension', extension: '1001' },
    dial2: { kind: 'number', e164: '27821234567', trunk: 'carrier' },
    dial1RingTimeoutSeconds: 20,
    dial2RingTimeoutSeconds: 30,
    talkLimitSeconds: 60,
    retryPolicy: policyOf(),
    variables: {},
    headers: { dial1: {}, dial2: {} },
    priority: 5,
    ...request,
  });
}

export function callOf(request: Partial<CallRequest> = {}, at = 0): Call {
  return acceptCall({
    id: callId,
    attemptId: attemptId(1),
    tenantId: 'acme',
    dialect: 'v1',
    reference: 'ref-1',
    request: requestOf(request),
    at,
  }).call;
}

export function outcomeOfLegs(disposition: Disposition, outcome: Partial<Outcome> = {}): Outcome {
  const connected = disposition === 'answered';
  return {
    disposition,
    connected,
    dial1: { disposition: connected ? 'answered' : disposition },
    dial2: connected ? { disposition: 'answered' } : null,
    talkMs: connected ? 5_000 : 0,
    endedBy: null,
    endedAt: 0,
    lost: false,
    mapped: true,
    ...outcome,
  };
}

export function tenantOf(tenant: Record<string, unknown> = {}): Tenant {
  return Tenant.parse({
    id: 'acme',
    timeZone: 'Africa/Johannesburg',
    numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
    extensions: { pattern: '1[0-9]{3}' },
    trunks: ['carrier'],
    ...tenant,
  });
}
