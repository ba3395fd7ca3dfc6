import type { RawInput } from '../src/dialect.ts';
import { toCallRequest } from '../src/originate-call/to-call-request.ts';
import { contextOf } from './acme.ts';
import { asJson, caller, type Fields, who } from './caller.ts';

export function originateErrorsIn(input: RawInput, tenant = caller): Record<string, string> {
  const parsed = toCallRequest(input, contextOf(tenant));
  return parsed.ok ? {} : Object.fromEntries(parsed.errors.map(({ field, message }) => [field, message]));
}

export function originateErrorsOf(fields: Fields, tenant = caller): Record<string, string> {
  return originateErrorsIn(asJson({ ...who, data: fields }), tenant);
}

export function parsedOriginateCall(fields: Fields, tenant = caller) {
  const parsed = toCallRequest(asJson({ data: fields }), contextOf(tenant));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  const [call] = parsed.calls;
  if (call === undefined) throw new Error('no call');
  return { ...parsed, ...call };
}

export const originateRequestOf = (fields: Fields, tenant = caller) => parsedOriginateCall(fields, tenant).request;
