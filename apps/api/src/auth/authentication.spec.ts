import { createHash } from 'node:crypto';
import type { TenantConfiguration } from '@redial/configuration';
import { describe, expect, it, test } from 'vitest';
import { apiKeyOf, apiKeysOf } from './api-keys.ts';
import { isLogin } from './basic-login.ts';
import { isCrossSite } from './csrf.ts';

const headersOf = (headers: Readonly<Record<string, string>>) => (name: string) => headers[name];

describe('API keys', () => {
  const sha256 = (key: string) => createHash('sha256').update(key).digest('hex');
  const tenant = (id: string, ...keys: string[]) =>
    ({ id, apiKeys: keys.map((key) => ({ name: 'k', sha256: sha256(key) })) }) as unknown as TenantConfiguration;
  const find = apiKeysOf([tenant('acme', 'one', 'two'), tenant('globex', 'three')]);

  it.each([
    ['one', 'acme'],
    ['two', 'acme'],
    ['three', 'globex'],
    ['One', undefined],
    ['', undefined],
    [sha256('one'), undefined],
  ])('%j is the key of %s', (key, id) => {
    expect(find(key)?.id).toBe(id);
  });

  test.each([
    [{ authorization: 'Bearer abc' }, 'abc'],
    [{ authorization: 'bearer   abc' }, 'abc'],
    [{ 'x-api-key': 'abc' }, 'abc'],
    [{ authorization: 'Bearer abc', 'x-api-key': 'other' }, 'abc'],
    [{ authorization: 'Basic abc', 'x-api-key': 'other' }, 'other'],
    [{ authorization: 'Bearer' }, undefined],
    [{ authorization: 'Bearer a b' }, undefined],
    [{ 'x-api-key': 'a b' }, undefined],
    [{ 'x-api-key': 'x'.repeat(513) }, undefined],
    [{}, undefined],
  ])('%j carries %s', (headers, key) => {
    expect(apiKeyOf(headersOf(headers))).toBe(key);
  });
});

describe('the Basic login', () => {
  const admin = { user: 'admin', password: 'pä:ss word' };
  const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
  test.each([
    [basic('admin:pä:ss word'), true],
    [basic('admin:pä:ss word').replace('Basic', 'basic'), true],
    [basic('admin:'), false],
    [basic('admin'), false],
    [basic(''), false],
    [basic('root:pä:ss word'), false],
    ['Basic', false],
    ['Basic !!', false],
    ['Bearer abc', false],
    [undefined, false],
  ])('%j → %s', (header, isIt) => {
    expect(isLogin(header, admin)).toBe(isIt);
  });
});

describe('a request of another site', () => {
  test.each([
    [{ host: 'a:8080' }, false],
    [{ host: 'a:8080', origin: 'http://a:8080' }, false],
    [{ host: 'a:8080', referer: 'http://a:8080/page' }, false],
    [{ host: 'a', 'sec-fetch-site': 'same-origin' }, false],
    [{ host: 'a', 'sec-fetch-site': 'none' }, false],
    [{ host: 'a', 'sec-fetch-site': 'same-site' }, true],
    [{ host: 'a', 'sec-fetch-site': 'cross-site' }, true],
    [{ host: 'a', origin: 'http://b' }, true],
    [{ host: 'a', origin: 'http://a:81' }, true],
    [{ host: 'a', origin: 'null' }, true],
    [{ host: 'a', referer: 'http://b/a' }, true],
    [{ origin: 'null' }, true],
  ])('%j: %s', (headers, isIt) => {
    expect(isCrossSite(headersOf(headers as Record<string, string>))).toBe(isIt);
  });
});
