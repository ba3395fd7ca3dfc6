import type { Redis } from '@redial/platform';
import { describe, expect, it } from 'vitest';
import type { SinkSettings } from './sink-settings.ts';
import { createSinks } from './sinks.ts';

const redis = {} as Redis;
const format = { toNotification: () => ({}) };
const formats = { redial: format, click2dial: format, 'click2dial-c2d': format };

const tenant = (id: string, sinks: readonly SinkSettings[]) => ({ id, sinks });
const webhook: SinkSettings = {
  type: 'webhook',
  name: 'crm',
  url: 'https://crm.example',
  secret: `whsec_${'A'.repeat(32)}`,
  timeoutSeconds: 15,
  format: 'redial',
};
const list = (name: string, key = name): SinkSettings => ({
  type: 'redis-list',
  name,
  key,
  push: 'left',
  format: 'redial',
});
const stream = (name: string, key: string): SinkSettings => ({ type: 'redis-stream', name, key, maxLength: 1_000 });

describe('sinks', () => {
  it('are found by tenant and name', () => {
    const tenants = [tenant('acme', [webhook, stream('all', 'cdrs')]), tenant('zeta', [list('crm', 'cdrs')])];
    const sinks = createSinks({ tenants, redis, formats });
    expect(sinks.find('acme', 'crm')?.type).toBe('webhook');
    expect(sinks.find('acme', 'all')?.type).toBe('redis-stream');
    expect(sinks.find('zeta', 'crm')?.type).toBe('redis-list');
    expect(sinks.find('zeta', 'all')).toBeUndefined();
  });

  it('report the lengths of their lists and streams, except of those that cannot be read', async () => {
    const lengths: Readonly<Record<string, number>> = { inbox: 12, feed: 3 };
    const asked = {
      eval: async (_script: string, _keys: number, key: string) =>
        lengths[key] ?? Promise.reject(new Error('WRONGTYPE')),
    } as unknown as Redis;
    const tenants = [
      tenant('acme', [webhook, list('inbox'), list('broken')]),
      tenant('zeta', [stream('feed', 'feed')]),
    ];
    expect(await createSinks({ tenants, redis: asked, formats }).lengths()).toEqual([
      { tenant: 'acme', sink: 'inbox', length: 12 },
      { tenant: 'zeta', sink: 'feed', length: 3 },
    ]);
  });

  it('that cannot work are named at once, without their secrets', () => {
    const build = (sink: SinkSettings) => () => createSinks({ tenants: [tenant('acme', [sink])], redis, formats });
    expect(build(list('old', 'a}b'))).toThrow('sink old of tenant acme');
    expect(build({ ...webhook, url: 'https://hush%E0@crm.example' })).toThrow(
      /^sink crm of tenant acme: its url or its secret cannot be used \(the secret is whsec_ and base64\)$/,
    );
    for (const sink of [webhook, list('crm', 'cdrs')]) {
      for (const format of ['pigeon', 'constructor']) {
        expect(build({ ...sink, format } as SinkSettings)).toThrow(
          `sink crm of tenant acme: there is no format ${format}: there are redial, click2dial, click2dial-c2d`,
        );
      }
    }
  });
});
