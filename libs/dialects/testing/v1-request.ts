import type { CallRequest } from '@redial/call';
import { toCallRequest } from '../src/v1/to-call-request.ts';
import { acme, contextOf } from './acme.ts';

export const goodV1Call = { dial1: '1001', dial2: '0820001234' };

export function v1ErrorsOf(body: unknown, tenant = acme): Record<string, string> {
  const parsed = toCallRequest(body, contextOf(tenant));
  return parsed.ok ? {} : Object.fromEntries(parsed.errors.map(({ field, message }) => [field, message]));
}

export function v1RequestOf(body: unknown, tenant = acme): CallRequest {
  const parsed = toCallRequest(body, contextOf(tenant));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed.request;
}
