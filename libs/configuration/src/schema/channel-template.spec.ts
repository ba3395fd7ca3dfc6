import { channelOf, isDialableChannel } from '@redial/asterisk/channel';
import type { Destination } from '@redial/call';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carrier, configuredTenant } from '../../testing/builders.ts';
import { TenantConfiguration } from './tenant-configuration.ts';
import { TrunkConfiguration } from './trunk-configuration.ts';

const extension = (digits: string) => ({ kind: 'extension', extension: digits }) as const;
const service = (name: string) => ({ kind: 'service', service: name }) as const;
const number = (e164: string) => ({ kind: 'number', e164, trunk: 'carrier' }) as const;

describe('the channel that Asterisk dials', () => {
  it('is safe to dial, for any operator’s file and any request', () => {
    const filler = fc.integer({ min: 1, max: 200 }).map((length) => 'a'.repeat(length));
    const written = fc.oneof(
      fc.string({ maxLength: 30 }),
      filler.map((context) => `Local/601@${context}`),
      filler.map((peer) => `PJSIP/${peer}`),
      fc.constantFrom('DAHDI/g1/{n}', 'Local/{n}@c', 'PJSIP/{n}', 'SIP/{n}@t', 'PJSIP/{n}&PJSIP/1', 'Local/{n}@c/n/n'),
      fc.tuple(fc.constantFrom('PJSIP/{n}@', 'Local/{n}@', 'Local/6{n}@'), filler).map(([start, end]) => start + end),
    );
    const file = fc.record({
      agents: written.map((t) => t.replace('{n}', '{extension}')),
      trunk: written.map((t) => t.replace('{n}', '{number}')),
      numberPrefix: fc.constantFrom('', '+', '00', '+123456', '123456'),
      service: written,
      name: fc.oneof(fc.string({ maxLength: 40 }), fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/)),
      context: fc.oneof(fc.string({ maxLength: 60 }), fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/)),
      digits: fc.stringMatching(/^[0-9]{1,20}$/),
    });
    let dialed = 0;
    fc.assert(
      fc.property(file, ({ agents, trunk: template, numberPrefix, service: channel, name, context: by, digits }) => {
        const trunk = TrunkConfiguration.safeParse({ ...carrier, channel: template, numberPrefix });
        const read = (fields: Record<string, unknown>) =>
          TenantConfiguration.safeParse({ ...configuredTenant(), ...fields });
        const cases: [Destination, ReturnType<typeof read>][] = [
          [extension('12345678'), read({ extensions: { list: ['12345678'], channel: agents } })],
          [service(name), read({ services: [{ kind: 'ivr', name, channel }] })],
          [service(name), read({ services: [{ kind: 'queue', name }] })],
          [{ kind: 'context', context: by, exten: digits }, read({ contexts: [by] })],
          ...(trunk.success ? ([[number('123456789012345'), read({})]] satisfies [Destination, unknown][]) : []),
        ];
        for (const [destination, parsed] of cases) {
          if (!parsed.success) continue;
          dialed += 1;
          const dialable = channelOf(destination, parsed.data, trunk.success ? [trunk.data] : []);
          expect(dialable).toSatisfy(isDialableChannel);
        }
      }),
      { numRuns: 1_000 },
    );
    expect(dialed).toBeGreaterThan(1_000);
  });
});
