import { createHash } from 'node:crypto';
import { Tenant } from '@redial/call';
import type { DialectContext, RawInput } from '../src/dialect.ts';
import { httpBuildQuery } from '../src/originate-call/php/http-build-query.ts';
import { parseOrderedJson } from '../src/originate-call/php/ordered-json.ts';
import type { PhpArray } from '../src/originate-call/php/php-value.ts';
import { acme, contextOf } from './acme.ts';

/** A tenant that supports everything on the vendor's page. */
export const caller: Tenant = Tenant.parse({
  ...acme,
  variables: ['CAMPAIGN', 'SKIP_WELCOME', 'SKIP_WE_ARE_RECORDING', 'SKIP_ENTER_QUEUE', 'BACKEND_LINK'],
  services: [
    { kind: 'queue', name: 'test-queue', code: '600' },
    { kind: 'queue', name: 'far-queue', channel: 'Local/610@far-queues/n' },
    { kind: 'queue', name: 'lobby', channel: 'PJSIP/lobby' },
    { kind: 'context', name: 'after-hours', channel: 'Local/s@after-hours' },
    { kind: 'ring_group', name: 'sales', channel: 'Local/601@ring-groups/n' },
  ],
  dialects: {
    'originate-call': {
      username: 'your_api_usr',
      password: 'your_api_pass',
      apiKey: 'your_api_key',
      projects: { '1': {}, night: { trunk: 'backup' }, old: { trunk: 'gone' } },
      users: { 'Jane@Acme.example': '1002', 'gone@acme.example': '999' },
      trunks: { 'default-trunk': 'backup', 'gone-trunk': 'gone' },
    },
  },
});

export const callerContext: DialectContext = contextOf(caller);

export type Fields = Readonly<Record<string, unknown>>;

export const who: Fields = { api_username: 'your_api_usr', api_password: 'your_api_pass' };

/** Everything that is mandatory. */
export const data: Fields = {
  project_id: 1,
  caller_id: '0123456789',
  caller_id_name: 'John Doe',
  type: 'user',
  destination: '1001',
  external_id: 'asdf1234',
};

/** JavaScript's JSON as PHP reads it. */
export function phpOf(params: unknown): PhpArray {
  const read = parseOrderedJson(JSON.stringify(params));
  if (!read.ok) throw new Error(read.message);
  return read.value;
}

export function hashOf(params: Fields, apiKey = 'your_api_key'): string {
  return createHash('md5')
    .update(`${httpBuildQuery(phpOf(params))}${apiKey}`)
    .digest('hex');
}

export function signed(params: Fields, apiKey?: string): Fields {
  return { ...params, api_hash: hashOf(params, apiKey) };
}

export const asJson = (params: unknown): RawInput => rawBody('application/json', JSON.stringify(params));
export const asForm = (params: unknown): RawInput =>
  rawBody('application/x-www-form-urlencoded', httpBuildQuery(phpOf(params)));
export const asQuery = (params: unknown): RawInput => rawQuery(httpBuildQuery(phpOf(params)));

export function rawBody(contentType: string, body: string): RawInput {
  return { contentType, query: '', body };
}

export function rawQuery(query: string): RawInput {
  return { contentType: '', query, body: '' };
}
