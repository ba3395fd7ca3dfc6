import { describe, expect, it } from 'vitest';
import { configuredTenant, keyHash } from '../../testing/builders.ts';
import { TenantConfiguration } from './tenant-configuration.ts';

/** Every issue of a tenant, as `path: message`. */
function issues(fields: Record<string, unknown>): string[] {
  const parsed = TenantConfiguration.safeParse({ ...configuredTenant(), ...fields });
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

describe('the ringing of an extension', () => {
  it('uses its first device, without forwards, by default', () => {
    expect(configuredTenant().extensions).toMatchObject({ ring: 'first', forwards: 'refuse' });
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
    expect(issues({ extensions: { pattern: '1[0-9]{3}', channel, ...settings } })).toEqual(
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
      agents: { '1001': '27110000003' },
    };
    expect(configuredTenant({ callerIds }).callerIds).toEqual(callerIds);
    const bad = TenantConfiguration.safeParse({ ...configuredTenant(), callerIds: { default: 'Acme <123>' } });
    expect(bad.success).toBe(false);
  });

  it('has its keys as hashes alone', () => {
    expect(configuredTenant().apiKeys).toEqual([{ name: 'main', sha256: keyHash }]);
  });
});

describe('contradictions between the fields of a tenant', () => {
  const group = (fields: Record<string, unknown> = {}) => ({
    kind: 'ring_group',
    name: 'sales',
    code: '601',
    channel: 'Local/601@ring-groups/n',
    ...fields,
  });
  const announcement = (dtmf: Record<string, string>) => ({
    kind: 'announcement',
    name: 'welcome',
    sound: 'welcome',
    dtmf,
  });

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
      'a key for an unknown target',
      { services: [announcement({ 1: '2001' })] },
      'services.0.dtmf.1: is neither an extension nor a service with a phone behind it',
    ],
    [
      'a key for an outside number',
      { services: [announcement({ 1: '0821234567' })] },
      'services.0.dtmf.1: is neither an extension nor a service with a phone behind it',
    ],
    [
      'a key for a message, itself included: it would play for ever',
      { services: [announcement({ 1: 'welcome' })] },
      'services.0.dtmf.1: is neither an extension nor a service with a phone behind it',
    ],
    [
      'a number of an agent of another tenant',
      { callerIds: { agents: { 2001: '27110000001' } } },
      'callerIds.agents.2001: is not an extension of the tenant',
    ],
    [
      'an invalid pattern, which no extension matches',
      { extensions: { pattern: '1[0-9' }, services: [group()] },
      'extensions.pattern: not a regular expression',
    ],
  ])('%s', (_what, fields, fault) => {
    expect(issues(fields)).toEqual([fault]);
  });

  it('none, where services have a name alone, or codes of their own', () => {
    expect(
      issues({
        services: [group(), group({ name: 'support', code: undefined }), group({ name: 'help', code: undefined })],
      }),
    ).toEqual([]);
    expect(issues({ services: [group(), announcement({ 0: '1001', 9: 'sales' })] })).toEqual([]);
  });
});
