import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { banner } from './banner.ts';

const facts = {
  url: 'http://127.0.0.1:9000',
  apiKey: 'rdl_KEY',
  adminUser: 'admin',
  adminPassword: 'PASSWORD',
  vendorPassword: 'VENDOR-PASS',
  vendorKey: 'VENDOR-KEY',
  pbx: 'simulator',
  redis: '8.0.6 (path), redis://127.0.0.1:6390',
  logs: '.redial/logs',
} as const;

/** The arguments of curl, word by word: a shell splits the line as it splits a newcomer's. */
function words(line: string): readonly string[] {
  const script = `curl() { printf '%s\\n' "$@"; }; ${line}`;
  return execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trimEnd().split('\n');
}
const lines = banner(facts)
  .split('\n')
  .filter((line) => line.trim().startsWith('curl '));
const bodyOf = (line = '') => JSON.parse(words(line).at(-1) ?? '');

describe('the banner', () => {
  it('names the pages, the login, the key and the logs', () => {
    const text = banner(facts);
    expect(text).toContain('http://127.0.0.1:9000/docs\n');
    expect(text).toContain('http://127.0.0.1:9000/docs/test-numbers');
    expect(text).toContain('http://127.0.0.1:9000/admin/queues        login admin / PASSWORD');
    expect(text).toMatch(/API key +rdl_KEY\n/);
    expect(text).toContain('.redial/logs/');
  });

  it.each([
    ['simulator', 'the simulated PBX'],
    ['asterisk', 'a real Asterisk'],
  ] as const)('given the %s, then it names the PBX that calls go through', (pbx, words) => {
    expect(banner({ ...facts, pbx })).toContain(`calls go through ${words}`);
  });

  it('has three lines that place a call, one that reads it, each with the key, and one in a vendor’s format', () => {
    expect(lines).toHaveLength(5);
    for (const line of lines.slice(0, 4))
      expect(words(line.replace('<id>', 'call_1'))).toContain('Authorization: Bearer rdl_KEY');
    expect(words(lines[3]?.replace('<id>', 'call_1') ?? '')).toContain('http://127.0.0.1:9000/v1/calls/call_1');
  });

  it('when a shell reads the vendor’s line, then it is one address with the vendor’s credentials', () => {
    const [address] = words(lines[4] ?? '').slice(-1);
    expect(Object.fromEntries(new URL(address ?? '').searchParams)).toMatchObject({
      user: 'demo',
      pass: 'VENDOR-PASS',
      org: 'demo',
      Response: 'yes',
    });
    expect(banner(facts)).toContain('key VENDOR-KEY');
  });

  it('when a shell reads the first two lines, then curl gets whole JSON', () => {
    expect(bodyOf(lines[0])).toEqual({ dial1: '1001', dial2: '0820001234' });
    expect(bodyOf(lines[1])).toMatchObject({ dial2: '0820071234', retryPolicy: { maxRetries: 3, delaySeconds: 5 } });
  });

  it('when a shell reads the third, then the call is due two minutes after it is pasted, not after the start', () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const notBefore = Date.parse(bodyOf(lines[2]).notBefore);
    expect(notBefore).toBeGreaterThanOrEqual(before + 120_000);
    expect(notBefore).toBeLessThanOrEqual(Date.now() + 120_000);
  });
});
