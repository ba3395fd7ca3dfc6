import { Tenant } from '@redial/call';
import type { Redis } from '@redial/platform';
import { describe, expect, it } from 'vitest';
import { createSinks } from './sinks.ts';

const redis = {} as Redis;
const format = { toNotification: () => ({}) };
const formats = { redial: format, click2dial: format, 'click2dial-c2d': format };

function tenant(id: string, sinks: unknown[]) {
  return Tenant.parse({
    id,
    timeZone: 'UTC',
    apiKeys: [{ name: 'main', sha256: 'a'.repeat(64) }],
    numberingPlan: { countryCode: '27', nationalNumberLength: { min: 9, max: 9 } },
    extensions: {},
    sinks,
  });
}
const webhook = { type: 'webhook', name: 'crm', url: 'https://crm.example', secret: `whsec_${'A'.repeat(32)}` };

describe('sinks', () => {
  it('are found by tenant and name', () => {
    const tenants = [
      tenant('acme', [webhook, { type: 'redis-stream', name: 'all', key: 'cdrs' }]),
      tenant('zeta', [{ type: 'redis-list', name: 'crm', key: 'cdrs' }]),
    ];
    const sinks = createSinks({ tenants, redis, formats });
    expect(sinks.find('acme', 'crm')?.type).toBe('webhook');
    expect(sinks.find('acme', 'all')?.type).toBe('redis-stream');
    expect(sinks.find('zeta', 'crm')?.type).toBe('redis-list');
    expect(sinks.find('zeta', 'all')).toBeUndefined();
  });

  it('tell how long their lists and streams are, but for those that cannot be asked', async () => {
    const lengths: Readonly<Record<string, number>> = { inbox: 12, feed: 3 };
    const asked = {
      eval: async (_script: string, _keys: number, key: string) =>
        lengths[key] ?? Promise.reject(new Error('WRONGTYPE')),
    } as unknown as Redis;
    const list = (name: string) => ({ type: 'redis-list', name, key: name });
    const tenants = [
      tenant('acme', [webhook, list('inbox'), list('broken')]),
      tenant('zeta', [{ type: 'redis-stream', name: 'feed', key: 'feed' }]),
    ];
    expect(await createSinks({ tenants, redis: asked, formats }).lengths()).toEqual([
      { tenant: 'acme', sink: 'inbox', length: 12 },
      { tenant: 'zeta', sink: 'feed', length: 3 },
    ]);
  });

  it('that cannot work are named at once, without their secrets', () => {
    const build = (sink: unknown) => () => createSinks({ tenants: [tenant('acme', [sink])], redis, formats });
    expect(build({ type: 'redis-list', name: 'old', key: 'a}b' })).toThrow('sink old of tenant acme');
    expect(build({ ...webhook, url: 'https://hush%E0@crm.example' })).toThrow(
      /^sink crm of tenant acme: its url or its secret cannot be used \(the secret is whsec_ and base64\)$/,
    );
    for (const sink of [webhook, { type: 'redis-list', name: 'crm', key: 'cdrs' }]) {
      for (const format of ['pigeon', 'constructor']) {
        expect(build({ ...sink, format })).toThrow(
          `sink crm of tenant acme: there is no format ${format}: there are redial, click2dial, click2dial-c2d`,
        );
      }
    }
  });
});
