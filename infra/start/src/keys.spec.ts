import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { developmentKeys } from './keys.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'redial-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the development keys', () => {
  it('given a new data folder, then they are made there, for the owner alone to read', () => {
    const keys = developmentKeys(join(folder, 'new'));
    expect(keys.apiKey).toMatch(/^rdl_[\w-]{32}$/);
    expect(keys.adminPassword).toMatch(/^[\w-]{12}$/);
    expect(keys.vendorPassword).toMatch(/^[\w-]{12}$/);
    expect(keys.redisPassword).toMatch(/^[\w-]{24}$/);
    expect(keys.vendorKey).toMatch(/^[\w-]{32}$/);
    expect(keys.apiKeySha256).toBe(createHash('sha256').update(keys.apiKey).digest('hex'));
    expect(statSync(join(folder, 'new/keys.json')).mode & 0o777).toBe(0o600);
  });

  it('given a second start, then they are the same; another folder has others', () => {
    const first = developmentKeys(folder);
    expect(developmentKeys(folder)).toEqual(first);
    expect(developmentKeys(join(folder, 'other')).apiKey).not.toBe(first.apiKey);
  });

  it('given a folder from before Redis had a password, then it gets one, and always the same', () => {
    writeFileSync(join(folder, 'keys.json'), JSON.stringify({ apiKey: 'rdl_1', adminPassword: 'a', amiSecret: 's' }));
    const { redisPassword } = developmentKeys(folder);
    expect(redisPassword).toMatch(/^[\w-]{24}$/);
    expect(developmentKeys(folder).redisPassword).toBe(redisPassword);
  });

  it.each([
    ['lacks a key', '{"apiKey":"rdl_1"}'],
    ['is half written', '{"apiKey":'],
    ['is empty', ''],
  ])('given a file that %s, then the sentence names the file and the remedy', (_, content) => {
    const file = join(folder, 'keys.json');
    writeFileSync(file, content);
    expect(() => developmentKeys(folder)).toThrow(`${file} lacks a key: delete it and start again`);
  });
});
