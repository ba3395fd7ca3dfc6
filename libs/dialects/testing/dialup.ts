import { Tenant } from '@redial/call';
import type { ParsedCalls, RawInput } from '../src/dialect.ts';
import { toCallRequest } from '../src/dialup/to-call-request.ts';
import { acme, contextOf } from './acme.ts';

export const secret = 'correct horse & battery';

/** A tenant whose clients speak dialup, with a service of every kind. */
export const dialupTenant: Tenant = tenantWith({});

export function tenantWith(change: Partial<Record<keyof Tenant, unknown>>): Tenant {
  return Tenant.parse({
    ...acme,
    callerIds: { ...acme.callerIds, agents: { '1001': '27110041001', '1002': '27110041002' } },
    services: [
      { kind: 'queue', name: 'support', code: '600' },
      { kind: 'ring_group', name: 'sales', code: '601', channel: 'Local/601@ring-groups/n' },
      { kind: 'ivr', name: 'menu', code: '700', channel: 'Local/s@menu/n' },
      { kind: 'announcement', name: 'offer', code: '*71', sound: 'offer', dtmf: { '1': '1001' } },
      { kind: 'shortcut', name: 'voicemail', code: '*97', channel: 'Local/vm@shortcuts/n' },
    ],
    dialects: { dialup: settings({}) },
    ...change,
  });
}

export function settings(change: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { user: 'crm', password: secret, org: 'acme', ...change };
}

export type Fields = Readonly<Record<string, string>>;

/** A request whose parameters all stand in its URL. */
export function inQuery(fields: Fields): RawInput {
  return { contentType: '', query: new URLSearchParams(fields).toString(), body: '' };
}

export function ask(fields: Fields, tenant: Tenant = dialupTenant): ParsedCalls {
  return toCallRequest(inQuery(fields), contextOf(tenant));
}

/** Throws if the request was refused. */
export function accepted(fields: Fields, tenant?: Tenant): Extract<ParsedCalls, { ok: true }> {
  const parsed = ask(fields, tenant);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.errors));
  return parsed;
}

/** The one call's request. */
export function requestOf(fields: Fields, tenant?: Tenant) {
  const { calls } = accepted(fields, tenant);
  const [call] = calls;
  if (call === undefined || calls.length > 1) throw new Error(`${calls.length} calls`);
  return call.request;
}

/** `name: message` of each error. */
export function errorsOf(fields: Fields, tenant?: Tenant): readonly string[] {
  const parsed = ask(fields, tenant);
  return parsed.ok ? [] : parsed.errors.map(({ field, message }) => `${field}: ${message}`);
}

/** The minimum of a call: an agent, then a customer. */
export const call = { dial1: '1001', dial2: '0820001234' };
export const later = { Date: '202601201030', Maxretry: '3', Retrytime: '90', ident: 'order-77' };
