import { createHash } from 'node:crypto';
import { formatInstant } from '@redial/call';
import type { ApiAnswer, Redial } from './redial.ts';

/**
 * The clients of the four vendors, as the vendors' pages write them, and a tenant that serves them all. The credentials
 * are those of the pages' samples, so that a sample runs unchanged.
 */
export const credentials = {
  dialup: { user: 'crm-user', pass: 'crm-pass-5a1', org: 'acme-org' },
  originateCall: { api_username: 'your_api_usr', api_password: 'your_api_pass', apiKey: 'your_api_key' },
  act: { username: 'test', password: 'Aa123456', apiKey: 'vZKtIKWsld0egNlkzHo8i5LVBqLNBSWARCQsPOSgDjFmAHM3tG' },
} as const;

/** Secrets that a log must never contain. */
export const vendorSecrets: readonly string[] = [
  credentials.dialup.pass,
  credentials.originateCall.api_password,
  credentials.originateCall.apiKey,
  credentials.act.password,
  credentials.act.apiKey,
];

/**
 * Overrides fields of the tenant `acme`. The services are those of the local PBX and of the simulator
 * (infra/servers/README.md).
 */
export const vendorTenant = {
  extensions: { pattern: '1[0-9]{3}', list: ['552', '557'] },
  callerIds: {
    default: '27110001111',
    pool: ['27110002222'],
    agents: { '1001': '27110041001', '1002': '27110041002' },
  },
  variables: ['CAMPAIGN', 'SKIP_WELCOME', 'SKIP_WE_ARE_RECORDING', 'SKIP_ENTER_QUEUE', 'BACKEND_LINK'],
  services: [
    { kind: 'queue', name: 'test-queue', code: '600' },
    { kind: 'queue', name: 'no-such-queue', code: '609' },
    { kind: 'ring_group', name: 'sales', code: '601', channel: 'Local/601@ring-groups/n' },
    { kind: 'announcement', name: 'offer', code: '*71', sound: 'redial-test', dtmf: { '1': '1001' }, waitSeconds: 5 },
    { kind: 'announcement', name: 'notice', code: '*72', sound: 'redial-test' },
    { kind: 'context', name: 'after-hours', channel: 'Local/s@after-hours/n' },
    { kind: 'context', name: 'no-such-context', channel: 'Local/s@no-such-context/n' },
  ],
  contexts: ['main_routing'],
  doNotCall: ['27820009999'],
  dialects: {
    click2dial: { campaigns: { spring: '27110003333' } },
    dialup: { user: credentials.dialup.user, password: credentials.dialup.pass, org: credentials.dialup.org },
    'originate-call': {
      username: credentials.originateCall.api_username,
      password: credentials.originateCall.api_password,
      apiKey: credentials.originateCall.apiKey,
      projects: { '1': {} },
      trunks: { 'default-trunk': 'carrier' },
    },
    'call-originate-act': {
      ...credentials.act,
      contexts: { main_routing: {}, outgoing: { trunk: 'carrier2' } },
      trunks: { cisco: 'carrier' },
    },
  },
} as const;

const { outgoing: _byCarrier2, ...contextsOfOneTrunk } = vendorTenant.dialects['call-originate-act'].contexts;
/** The same, if the tenant has only the trunk `carrier`. */
export const vendorTenantOfOneTrunk = {
  ...vendorTenant,
  dialects: {
    ...vendorTenant.dialects,
    'call-originate-act': { ...vendorTenant.dialects['call-originate-act'], contexts: contextsOfOneTrunk },
  },
} as const;

/** A month from now, to the minute: epoch ms, and `YYYYMMDDhhmm` in the tenant's zone. */
export const inAMonth = (() => {
  const at = Math.floor(Date.now() / 60_000 + 30 * 1_440) * 60_000;
  return { at, written: formatInstant(at, 'Africa/Johannesburg').slice(0, 16).replaceAll(/[-T:]/g, '') };
})();

export type Fields = Readonly<Record<string, unknown>>;
type Client = Pick<Redial, 'request'>;

const form = { 'content-type': 'application/x-www-form-urlencoded' };
/** The vendors' clients send no key of Redial. */
const keyless = { authorization: '' };

const flat = (fields: Fields) =>
  new URLSearchParams(Object.entries(fields).map(([name, value]) => [name, String(value)])).toString();

export const dialup = {
  get: (redial: Client, fields: Fields, who: Fields = credentials.dialup): Promise<ApiAnswer> =>
    redial.request('GET', `/API/dialup.php?${flat({ ...who, ...fields })}`, undefined, keyless),
  post: (redial: Client, fields: Fields, who: Fields = credentials.dialup): Promise<ApiAnswer> =>
    redial.request('POST', '/API/dialup.php', flat({ ...who, ...fields }), { ...keyless, ...form }),
};

export interface OriginateCaller {
  readonly api_username: string;
  readonly api_password: string;
  readonly apiKey: string;
}

/** Nested arrays of texts and numbers, written like PHP's http_build_query. */
export function phpQuery(value: Fields, prefix = ''): string {
  return Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== undefined)
    .map(([name, inner]) => {
      const key = prefix === '' ? name : `${prefix}[${name}]`;
      if (typeof inner === 'object') return phpQuery(inner as Fields, key);
      return `${urlencode(key)}=${urlencode(inner === true ? '1' : inner === false ? '0' : String(inner))}`;
    })
    .filter((part) => part !== '')
    .join('&');
}

/** PHP's urlencode: RFC 1738, a space becomes a plus. */
function urlencode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replaceAll('%20', '+')
    .replaceAll(/[!'()*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Adds the hash that the vendor's clients make. */
export function signed(data: Fields, { apiKey, ...who }: OriginateCaller = credentials.originateCall): Fields {
  const params = { ...who, data };
  return {
    ...params,
    api_hash: createHash('md5')
      .update(phpQuery(params) + apiKey)
      .digest('hex'),
  };
}

const path = '/api/originate-call';
export const originateCall = {
  get: (redial: Client, data: Fields, who: OriginateCaller = credentials.originateCall) =>
    redial.request('GET', `${path}?${phpQuery(signed(data, who))}`, undefined, keyless),
  form: (redial: Client, data: Fields, who: OriginateCaller = credentials.originateCall) =>
    redial.request('POST', path, phpQuery(signed(data, who)), { ...keyless, ...form }),
  json: (redial: Client, data: Fields, who: OriginateCaller = credentials.originateCall) =>
    redial.request('POST', path, signed(data, who), keyless),
  bearer: (redial: Client, data: Fields, who: OriginateCaller = credentials.originateCall) =>
    redial.request('POST', path, { data }, { authorization: `Bearer ${who.apiKey}` }),
};

export interface ActCaller {
  readonly username: string;
  readonly password: string;
  readonly apiKey: string;
}

export const actHeaders = ({ username, password, apiKey }: ActCaller = credentials.act) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`,
  'x-apikey': apiKey,
});
export const act = {
  put: (redial: Client, fields: Fields, who: ActCaller = credentials.act) =>
    redial.request('PUT', '/api/v4/call/originate/act', fields, actHeaders(who)),
  post: (redial: Client, fields: Fields, who: ActCaller = credentials.act) =>
    redial.request('POST', '/api/v4/call/originate/act', fields, actHeaders(who)),
};
