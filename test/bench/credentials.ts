import { Tenant } from '@redial/call';
import { type AuthenticationRequest, vendors } from '@redial/dialects';
import { credentials, phpQuery, vendorTenant } from '../support/vendors.ts';
import { median } from './median.ts';

/** The time for wrong credentials relative to right ones, by dialect: it must reveal nothing. 1 is the same. */
export interface CredentialTimes {
  readonly dialect: string;
  /** The fault of the credentials → their relative time. */
  readonly ratios: Readonly<Record<string, number>>;
}

const rounds = 400;
const perRound = 20;

export function measureCredentials(tenantCount: number): CredentialTimes[] {
  // The requesting tenant stands in the middle of many.
  const tenants = Array.from({ length: tenantCount }, (_, n) => tenantOf(n, n === Math.floor(tenantCount / 2)));
  return Object.entries(cases).map(([dialect, { right, ...wrong }]) => {
    const authentication = vendors.find(({ name }) => name === dialect)?.authentication;
    if (authentication?.type !== 'credentials') throw new RangeError(`${dialect} has no credentials of its own`);
    const { authenticate } = authentication;
    const run = (asked: AuthenticationRequest): number => {
      const startedAt = performance.now();
      for (let n = 0; n < perRound; n++) authenticate(asked, tenants);
      return performance.now() - startedAt;
    };
    if (!authenticate(right, tenants).ok) throw new Error(`the right credentials of ${dialect} are refused`);
    const times = new Map<string, number[]>(Object.keys(wrong).map((name) => [name, []]));
    // In turn, so that other load on the machine affects both alike. The first rounds warm up.
    for (let round = -50; round < rounds; round++) {
      for (const [name, asked] of Object.entries(wrong)) {
        const [other, own] = round % 2 === 0 ? [run(asked), run(right)] : [run(right), run(asked)].reverse();
        if (round >= 0) times.get(name)?.push((other as number) / (own as number));
      }
    }
    return { dialect, ratios: Object.fromEntries([...times].map(([name, ratios]) => [name, median(ratios)])) };
  });
}

const asked = (input: unknown, headers: Readonly<Record<string, string>> = {}): AuthenticationRequest => ({
  input,
  header: (name) => headers[name.toLowerCase()],
  address: '127.0.0.1',
});
const raw = (query: string) => ({ contentType: '', query, body: '' });

const dialupAsked = (change: object) =>
  asked(raw(new URLSearchParams({ ...credentials.dialup, dial1: '1001', dial2: '1002', ...change }).toString()));
const hashed = (change: object) => {
  const { api_username, api_password } = credentials.originateCall;
  const params = { api_username, api_password, data: { external_id: 'x' }, api_hash: rightHash, ...change };
  return asked(raw(phpQuery(params)));
};
// md5 of api_username=your_api_usr&api_password=your_api_pass&data%5Bexternal_id%5D=x and the key.
const rightHash = 'd0ed721bdeeab634b2ac28a40f5b9cb3';
const basic = (username: string, password: string, apiKey: string) =>
  asked({}, { authorization: `Basic ${btoa(`${username}:${password}`)}`, 'x-apikey': apiKey });
const { username, password, apiKey } = credentials.act;

const cases: Readonly<
  Record<string, { readonly right: AuthenticationRequest } & Readonly<Record<string, AuthenticationRequest>>>
> = {
  dialup: {
    right: dialupAsked({}),
    'unknown user': dialupAsked({ user: 'nobody-1' }),
    'wrong password': dialupAsked({ pass: 'wrong-pass-5' }),
    'unknown organisation': dialupAsked({ org: 'other-or' }),
  },
  'originate-call': {
    right: hashed({}),
    'unknown user': hashed({ api_username: 'nobody_at_al' }),
    'wrong password': hashed({ api_password: 'your_api_past' }),
    'wrong hash': hashed({ api_hash: '0'.repeat(32) }),
  },
  'call-originate-act': {
    right: basic(username, password, apiKey),
    'unknown user': basic('tess', password, apiKey),
    'wrong password': basic(username, 'Aa123457', apiKey),
    'wrong key': basic(username, password, `x${apiKey.slice(1)}`),
  },
};

function tenantOf(n: number, isAsked: boolean): Tenant {
  const own = (text: string) => (isAsked ? text : `${text}-${n}`);
  const { dialup, 'originate-call': originate, 'call-originate-act': act } = vendorTenant.dialects;
  return Tenant.parse({
    id: `tenant-${n}`,
    timeZone: 'Africa/Johannesburg',
    apiKeys: [{ name: 'crm', sha256: String(n).padStart(64, '0') }],
    numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
    extensions: { pattern: '1[0-9]{3}' },
    trunks: ['carrier'],
    dialects: {
      dialup: { ...dialup, user: own(dialup.user) },
      'originate-call': { ...originate, username: own(originate.username), apiKey: own(originate.apiKey) },
      'call-originate-act': { ...act, username: own(act.username), apiKey: own(act.apiKey) },
    },
  });
}
