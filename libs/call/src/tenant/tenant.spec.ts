import { describe, expect, it } from 'vitest';
import { keyHash, tenantOf } from '../../testing/builders.ts';
import { hasExtension, Tenant } from './tenant.ts';

/** Every fault of a tenant, as `path: message`. */
function faults(fields: Record<string, unknown>): string[] {
  const parsed = Tenant.safeParse({ ...tenantOf(), ...fields });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

describe('extensions of a tenant', () => {
  const extensions = { list: ['2001'], pattern: '1[0-9]{3}' };

  it.each([
    ['in the list', '2001', true],
    ['by the pattern', '1001', true],
    ['in neither', '2002', false],
    ['longer than the pattern', '10011', false],
    ['the pattern with something behind', '1001\n', false],
    ['the pattern in Arabic digits', '١٠٠١', false],
  ])('%s: %j', (_what, extension, ok) => {
    expect(hasExtension(tenantOf({ extensions }), extension)).toBe(ok);
  });

  it('are digits, however loose the pattern', () => {
    const loose = tenantOf({ extensions: { pattern: '.*' } });
    expect(hasExtension(loose, '1001')).toBe(true);
    for (const written of ['1001@carrier', '1001&1002', '1001,30', 'sip:a', '', '1', '123456789']) {
      expect(hasExtension(loose, written)).toBe(false);
    }
  });

  it('of a pattern with alternatives are anchored at both ends', () => {
    const either = tenantOf({ extensions: { pattern: '10|20' } });
    expect(hasExtension(either, '10')).toBe(true);
    expect(hasExtension(either, '200')).toBe(false);
    expect(hasExtension(either, '110')).toBe(false);
  });
});

describe('how an extension is rung', () => {
  it('is its first device, and no forward, unless the tenant says so', () => {
    expect(tenantOf().extensions).toMatchObject({ ring: 'first', forwards: 'refuse' });
  });

  it.each([
    [{ ring: 'all' }, 'PJSIP/{extension}', []],
    [{ forwards: 'connect' }, 'PJSIP/acme-{extension}', []],
    [{ ring: 'all' }, 'Local/{extension}@devices', ['ring']],
    [{ forwards: 'connect', ring: 'all' }, 'PJSIP/{extension}@other-pbx', ['ring', 'forwards']],
    [{ forwards: 'connect' }, 'SIP/{extension}', ['forwards']],
    [{ ring: 'all' }, 'PJSIP/+{extension}', ['ring']],
    [{ ring: 'first', forwards: 'refuse' }, 'SIP/{extension}', []],
  ])('%j with the channel %s', (settings, channel, wrong) => {
    expect(faults({ extensions: { pattern: '1[0-9]{3}', channel, ...settings } })).toEqual(
      wrong.map(
        (field) =>
          `extensions.${field}: needs an extensions.channel of the form PJSIP/{extension}, with letters, digits, -, _ or # around it: Redial's own context rings the phones of a PJSIP endpoint alone`,
      ),
    );
  });
});

describe('a tenant', () => {
  it('keeps caller IDs that are numbers or extensions', () => {
    const callerIds = {
      default: '27110000000',
      allowed: ['1001'],
      pool: ['27110000001'],
      campaigns: { spring_2026: '27110000002' },
      agents: { '1001': '27110000003' },
    };
    expect(tenantOf({ callerIds }).callerIds).toEqual(callerIds);
    const bad = Tenant.safeParse({ ...tenantOf(), callerIds: { default: 'Acme <123>' } });
    expect(bad.success).toBe(false);
  });

  it('knows its keys by their hash alone', () => {
    expect(tenantOf().apiKeys).toEqual([{ name: 'main', sha256: keyHash }]);
  });
});

describe('what the fields of a tenant say against each other', () => {
  const group = (fields: Record<string, unknown> = {}) => ({
    kind: 'ring_group',
    name: 'sales',
    code: '601',
    channel: 'Local/601@ring-groups/n',
    ...fields,
  });
  const message = (keys: Record<string, string>) => ({ kind: 'message', name: 'welcome', sound: 'welcome', keys });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'two services of one name',
      { services: [group(), group({ code: '602' })] },
      'services.1.name: another service of the tenant has this name',
    ],
    [
      'two services of one code',
      { services: [group(), group({ name: 'support' })] },
      'services.1.code: another service of the tenant has this code',
    ],
    [
      'a service that hides behind an extension',
      { services: [group({ code: '1001' })] },
      'services.0.code: is an extension of the tenant',
    ],
    [
      'a service of an extension’s name: a key of a message could mean either',
      { services: [group({ name: '1001' })] },
      'services.0.name: is an extension of the tenant',
    ],
    [
      'a key for nobody',
      { services: [message({ 1: '2001' })] },
      'services.0.keys.1: is neither an extension nor a service with a phone behind it',
    ],
    [
      'a key for an outside number',
      { services: [message({ 1: '0821234567' })] },
      'services.0.keys.1: is neither an extension nor a service with a phone behind it',
    ],
    [
      'a key for a message, itself included: it would play for ever',
      { services: [message({ 1: 'welcome' })] },
      'services.0.keys.1: is neither an extension nor a service with a phone behind it',
    ],
    [
      'a number of somebody else’s agent',
      { callerIds: { agents: { 2001: '27110000001' } } },
      'callerIds.agents.2001: is not an extension of the tenant',
    ],
    [
      'a pattern that is none, and therefore nobody’s extension',
      { extensions: { pattern: '1[0-9' }, services: [group()] },
      'extensions.pattern: not a regular expression',
    ],
  ])('%s', (_what, fields, fault) => {
    expect(faults(fields)).toEqual([fault]);
  });

  it('nothing, where services are called by name alone, or by codes of their own', () => {
    expect(
      faults({
        services: [group(), group({ name: 'support', code: undefined }), group({ name: 'help', code: undefined })],
      }),
    ).toEqual([]);
    expect(faults({ services: [group(), message({ 0: '1001', 9: 'sales' })] })).toEqual([]);
  });
});
