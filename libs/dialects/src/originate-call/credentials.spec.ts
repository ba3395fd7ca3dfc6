import { Tenant } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { acme, hostileTexts } from '../../testing/acme.ts';
import {
  asForm,
  asJson,
  asQuery,
  caller,
  data,
  type Fields,
  hashOf,
  rawBody,
  rawQuery,
  signed,
  who,
} from '../../testing/caller.ts';
import { vendorSample } from '../../testing/php-vectors.ts';
import type { Authenticated, RawInput } from '../dialect.ts';
import { authenticate, shortSecretsOf } from './credentials.ts';

const asked = { ...who, data };

function ask(input: RawInput, authorization?: string, tenants: readonly Tenant[] = [acme, caller]): Authenticated {
  const header = (name: string) => (name.toLowerCase() === 'authorization' ? authorization : undefined);
  const { account: _account, ...reported } = authenticate({ input, header, address: '192.0.2.1' }, tenants);
  return reported;
}

const accepted: Authenticated = { ok: true, tenant: caller };
const refused: Authenticated = {
  ok: false,
  problem: {
    code: 'unauthenticated',
    detail: 'Invalid credentials. Check api_username, api_password, api_hash and the API key',
    headers: { 'WWW-Authenticate': 'Bearer' },
  },
};

test.each<[string, Fields, string | undefined, string | undefined]>([
  ['right', signed(asked), undefined, 'user your_api_usr'],
  ['wrong', signed({ ...asked, api_password: 'wrong' }), undefined, 'user your_api_usr'],
  ['nobody’s', signed({ ...asked, api_username: 'nobody' }), undefined, undefined],
  ['no', { data }, undefined, undefined],
  ['a right key’s', { data }, 'Bearer your_api_key', 'bearer'],
  ['a wrong key’s', { data }, 'Bearer wrong', 'bearer'],
])('%s credentials name the account, if there is one', (_name, params, authorization, account) => {
  const asks = { input: asJson(params), header: () => authorization, address: '192.0.2.1' };
  expect(authenticate(asks, [acme, caller]).account).toBe(account);
});

describe('user name, password and hash', () => {
  test.each([
    ['JSON', asJson],
    ['a form', asForm],
    ['a query', asQuery],
  ])('in %s', (_name, as) => {
    expect(ask(as(signed(asked)))).toEqual(accepted);
  });

  test("the vendor's sample, as PHP hashes and sends it", () => {
    const query = `${vendorSample.query}&api_hash=${vendorSample.hash}`;
    expect(ask(rawQuery(query))).toEqual(accepted);
    expect(ask(rawBody('application/x-www-form-urlencoded', query))).toEqual(accepted);
    const json = vendorSample.json.replace(/\}$/, `,"api_hash":"${vendorSample.hash}"}`);
    expect(ask(rawBody('application/json', json))).toEqual(accepted);
  });

  it('is written as PHP writes it; capitals are accepted', () => {
    const params = { ...asked, api_hash: hashOf(asked).toUpperCase() };
    expect(ask(asForm(params))).toEqual(accepted);
  });

  it('does not depend on the position of the hash', () => {
    expect(ask(asJson({ api_hash: hashOf(asked), ...asked }))).toEqual(accepted);
  });

  it('depends on the order of everything else', () => {
    const { api_username, api_password } = who;
    expect(ask(asJson({ api_password, api_username, data, api_hash: hashOf(asked) }))).toEqual(refused);
  });

  it('treats values that a form omits as absent', () => {
    const params = { ...asked, data: { ...data, outbound_number: null, vars: {} } };
    expect(hashOf(params)).toBe(hashOf(asked));
    expect(ask(asJson(signed(params)))).toEqual(accepted);
  });

  test('bytes that are not UTF-8 are hashed as they are', () => {
    const query = 'api_username=your_api_usr&api_password=your_api_pass&data%5Bcaller_id_name%5D=%E9';
    // PHP's own md5($query . 'your_api_key').
    expect(ask(rawQuery(`${query}&api_hash=bfb7698ad8f7f120a7922605a39c077f`))).toEqual(accepted);
  });
});

describe('Authorization: Bearer', () => {
  const bearer = 'Bearer your_api_key';
  test.each<[string, Fields]>([
    ['alone', { data }],
    ['with the user name', { api_username: 'your_api_usr', data }],
    ['with both', asked],
    ['with everything', signed(asked)],
  ])('%s', (_name, params) => {
    expect(ask(asJson(params), bearer)).toEqual(accepted);
    expect(ask(asForm(params), 'bearer   your_api_key')).toEqual(accepted);
  });

  test.each<[string, string, Fields]>([
    ['a wrong key', 'Bearer your_api_kex', signed(asked)],
    ['a longer key', 'Bearer your_api_keyx', signed(asked)],
    ['two keys', 'Bearer your_api_key your_api_key', { data }],
    ['a wrong user name beside it', bearer, { ...asked, api_username: 'other' }],
    ['a wrong password beside it', bearer, { ...asked, api_password: 'other' }],
    ['a wrong hash beside it', bearer, { ...asked, api_hash: hashOf(asked, 'other') }],
    ['an empty hash beside it', bearer, { ...asked, api_hash: '' }],
    ['a list for a user name', bearer, { ...asked, api_username: ['your_api_usr'] }],
  ])('refuses %s', (_name, authorization, params) => {
    expect(ask(asJson(params), authorization)).toEqual(refused);
  });

  test.each(['', 'Bearer', 'Bearer ', 'Basic eW91cjphcGk='])('%j is none: the hash is needed', (authorization) => {
    expect(ask(asJson({ data }), authorization)).toEqual(refused);
    expect(ask(asJson(signed(asked)), authorization)).toEqual(accepted);
  });
});

describe('one and the same refusal', () => {
  const { api_username, api_password } = who;
  test.each<[string, Fields]>([
    ['nothing', {}],
    ['no credentials', { data }],
    ['no hash', asked],
    ['a null for a hash', { ...asked, api_hash: null }],
    ['no user name', signed({ api_password, data })],
    ['no password', signed({ api_username, data })],
    ['an unknown user name', signed({ api_username: 'nobody', api_password, data })],
    ['a user name in capitals', signed({ api_username: 'YOUR_API_USR', api_password, data })],
    ['a wrong password', signed({ api_username, api_password: 'wrong', data })],
    ['a hash with another key', signed(asked, 'other')],
    ['a hash without a key', signed(asked, '')],
    ['the hash of something else', { ...asked, api_hash: hashOf({ ...asked, data: {} }) }],
    ['half a hash', { ...asked, api_hash: hashOf(asked).slice(0, 31) }],
    ['a list for a hash', { ...asked, api_hash: [hashOf(asked)] }],
    ['the key for a password', signed({ api_username, api_password: 'your_api_key', data })],
    ...hostileTexts.map(([name, text]): [string, Fields] => [
      `${name} for a user name`,
      signed({ api_username: text, api_password, data }),
    ]),
  ])('for %s', (_name, params) => {
    for (const as of [asJson, asForm, asQuery]) expect(ask(as(params))).toEqual(refused);
  });

  it('for a tenant without the dialect, and if there is no tenant', () => {
    expect(ask(asJson(signed(asked)), undefined, [acme])).toEqual(refused);
    expect(ask(asJson(signed(asked)), undefined, [])).toEqual(refused);
  });

  it('if two tenants have the same credentials', () => {
    const twin = Tenant.parse({ ...caller, id: 'twin' });
    expect(ask(asJson(signed(asked)), undefined, [caller, twin])).toEqual(refused);
    expect(ask(asJson({ data }), 'Bearer your_api_key', [caller, twin])).toEqual(refused);
  });
});

it.each(['password', 'apiKey'])('refuses every login with a %s that is shorter than eight characters', (field) => {
  const settings = { ...(caller.dialects['originate-call'] as object), [field]: '1234567' };
  const short = Tenant.parse({ ...caller, id: 'short', dialects: { 'originate-call': settings } });
  expect(shortSecretsOf(short)).toEqual([field]);
  const key = field === 'apiKey' ? '1234567' : 'your_api_key';
  expect(ask(asJson({ data }), `Bearer ${key}`, [caller])).toEqual(field === 'apiKey' ? refused : accepted);
  expect(ask(asJson({ data }), `Bearer ${key}`, [short])).toEqual(refused);
});

it('distinguishes tenants by any one of the three', () => {
  const other = (changed: object) => {
    const settings = { ...(caller.dialects['originate-call'] as object), ...changed };
    return Tenant.parse({ ...caller, id: 'other', dialects: { 'originate-call': settings } });
  };
  for (const changed of [{ username: 'u' }, { password: 'p-of-eight' }, { apiKey: 'k-of-eight' }])
    expect(ask(asJson(signed(asked)), undefined, [other(changed), caller])).toEqual(accepted);
});

it('accepts a hash for exactly what was hashed: one character more, less or other anywhere is refused', () => {
  const word = fc.string({ unit: 'grapheme', maxLength: 8 });
  const name = fc.stringMatching(/^[a-z_]{1,6}$/);
  const fields = fc.dictionary(name, fc.oneof(word, fc.dictionary(name, word, { minKeys: 1 })), { minKeys: 1 });
  const change = fc.record({
    at: fc.nat(),
    kept: fc.constantFrom(0, 1),
    by: fc.constantFrom('', 'x', ' ', '+', '&', '%', 'é', '1'),
  });
  fc.assert(
    fc.property(fields, change, (hashed, { at, kept, by }) => {
      const sent = signed({ ...who, data: hashed });
      expect(ask(asJson(sent))).toEqual(accepted);
      const written = JSON.stringify(hashed);
      const characters = [...written];
      const cut = at % characters.length;
      const changed = readAgain([...characters.slice(0, cut + kept), by, ...characters.slice(cut + 1)].join(''));
      if (changed === undefined || JSON.stringify(changed) === written) return;
      expect(ask(asJson({ ...sent, data: changed }))).toEqual(refused);
    }),
    { numRuns: 500 },
  );
});

/** The text of an object, changed; undefined if it no longer parses. */
function readAgain(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

describe('a request that cannot be read has neither right nor wrong credentials', () => {
  test.each([
    ['broken JSON', rawBody('application/json', '{"data":'), 'malformed_body'],
    ['a bare text', rawBody('application/json', '"x"'), 'malformed_body'],
    ['another Content-Type', rawBody('multipart/form-data', 'x'), 'unsupported_media_type'],
    ['no Content-Type', rawBody('', '{}'), 'unsupported_media_type'],
    ['query and body', { contentType: 'application/json', query: 'a=1', body: '{}' }, 'malformed_body'],
    ['too much', rawQuery('a&'.repeat(201)), 'malformed_body'],
  ])('%s', (_name, input, code) => {
    expect(ask(input, 'Bearer your_api_key')).toMatchObject({ ok: false, problem: { code } });
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('application/json', 'application/x-www-form-urlencoded'),
        (text, type) => {
          expect(ask(rawBody(type, text)).ok).toBe(false);
          expect(ask(rawQuery(text), text).ok).toBe(false);
        },
      ),
    );
  });
});
