import { type CallRequest, recordingOf, type Tenant } from '@redial/call';
import type { DialectContext, ParsedCalls, RawInput } from '../dialect.ts';
import { autoAnswerOf } from '../shared/auto-answer.ts';
import { withoutRetries } from '../shared/without-retries.ts';
import { readParams } from './read-params.ts';
import { type ResolvedRequest, resolveRequest } from './resolve-request.ts';
import { originateCallSettings } from './settings.ts';

/** At most so long after dial1's last ring its outcome is recorded. */
const outcomeMarginSeconds = 15;

/** The vendor's parameters, from a query, a form or JSON → a call. */
export function toCallRequest(input: unknown, { tenant, now }: DialectContext): ParsedCalls {
  const settings = originateCallSettings(tenant);
  if (settings === undefined) throw new TypeError(`tenant ${tenant.id} does not have the dialect`);
  const read = readParams(input as RawInput);
  if (!read.ok) return { ok: false, errors: [{ field: '', message: read.problem.detail ?? read.problem.code }] };
  const resolved = resolveRequest(read.params, settings, tenant);
  if (!resolved.ok) return resolved;

  const { reference, awaited, dial1 } = resolved.value;
  const { questions } = dial1;
  const request = requestOf(resolved.value, tenant);
  if (!awaited) return { ok: true, calls: [{ request, reference }], questions };

  // A call that cannot ring soon expires before the client is answered.
  const expiresAt = now + settings.waitSeconds * 1_000;
  const until = expiresAt + (request.dial1RingTimeoutSeconds + outcomeMarginSeconds) * 1_000;
  return {
    ok: true,
    calls: [{ request: { ...request, expiresAt, outcomeAwaited: true }, reference }],
    // Ringing shows whether a user is online.
    questions: questions.filter(({ type }) => type !== 'device_online'),
    waits: { until, withDial2: false },
  };
}

function requestOf({ dial1, customer, ...rest }: ResolvedRequest, tenant: Tenant): CallRequest {
  const { dial1RingTimeoutSeconds, dial2RingTimeoutSeconds, talkLimitSeconds } = tenant.defaults;
  const { callerId, clientInfo, customerName, reference, variables } = rest;
  const recording = recordingOf(dial1.destination, customer, tenant);
  return {
    dial1: dial1.destination,
    dial2: customer,
    ...(callerId !== undefined && { callerId }),
    // The agent sees the number of the customer.
    dial1CallerId: customer.e164,
    ...(customerName !== '' && { dial1CallerName: customerName }),
    ...autoAnswerOf(dial1.destination, tenant),
    dial1RingTimeoutSeconds,
    dial2RingTimeoutSeconds,
    talkLimitSeconds,
    retryPolicy: withoutRetries,
    reference,
    ...(clientInfo !== undefined && { clientInfo }),
    ...(recording !== undefined && { recording }),
    variables,
    headers: { dial1: {}, dial2: {} },
    priority: 0,
  };
}
