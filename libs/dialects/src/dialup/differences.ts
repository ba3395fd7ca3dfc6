import { type Call, type CallRequest, type Destination, destinationDigits } from '@redial/call';
import type { ParsedVendorCall } from '../dialect.ts';
import type { FieldError } from '../shared/field-error.ts';
import type { ParameterName } from './parameters.ts';

/**
 * The errors of a request that differs from the calls that hold its `ident`. They are compared by meaning: a number may
 * be written in another form, and several may come in another order. What the tenant's settings add, such as trunks,
 * and the form of the answer do not count. A rescheduled call is compared by its first `Date`.
 */
export function differences(requested: readonly ParsedVendorCall[], held: readonly Call[]): FieldError[] {
  const before = held.map(({ request, firstNotBeforeAt }) => ({
    ...request,
    ...(firstNotBeforeAt !== undefined && { notBeforeAt: firstNotBeforeAt }),
  }));
  const now = requested.map(({ request }) => request);
  const names = compared.filter(([, of]) => of(now) !== of(before)).map(([name]) => name);
  if (names.length === 0) return [];
  const message = `belongs to a call of yours that is open and has another ${names.join(', ')}; nothing was accepted. Send another ident, or move or cancel that call`;
  return [{ field: 'ident', message }];
}

type Comparable = (requests: readonly CallRequest[]) => string;

const compared: readonly (readonly [ParameterName, Comparable])[] = [
  ['dial1', (requests) => textOf(requests.map(({ dial1 }) => identityOf(dial1)))],
  ['dial2', ofEach(({ dial2 }) => identityOf(dial2))],
  ['SetCID', ofEach(({ callerId, dial1CallerId }) => [callerId, dial1CallerId])],
  ['Timeout', ofEach(({ dial1RingTimeoutSeconds }) => dial1RingTimeoutSeconds)],
  ['Date', ofEach(({ notBeforeAt }) => notBeforeAt)],
  ['Maxretry', ofEach(({ retryPolicy }) => retryPolicy.maxRetries)],
  ['Retrytime', ofEach(({ retryPolicy }) => retryPolicy.delaySeconds)],
];

/** Several numbers are as many calls, which differ only in dial1. */
function ofEach(value: (request: CallRequest) => unknown): Comparable {
  return (requests) => textOf([...new Set(requests.map((request) => JSON.stringify(value(request) ?? null)))]);
}

function identityOf(destination: Destination): string {
  return `${destination.kind} ${destinationDigits(destination)}`;
}

function textOf(values: readonly string[]): string {
  return JSON.stringify([...values].sort());
}
