import { describe, expect, it } from 'vitest';
import { type ConfigurationInput, configurationInput } from '../../testing/builders.ts';
import { Configuration } from './configuration.ts';

/** Every issue of a configuration, as `path: message`. */
function issues(change: (input: ConfigurationInput) => void): string[] {
  const input = configurationInput();
  change(input);
  const parsed = Configuration.safeParse(input);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

const pbx = (input: ConfigurationInput) => input.pbxs[0] as Record<string, unknown>;
const trunk = (input: ConfigurationInput) => input.trunks[0] as Record<string, unknown>;
const tenant = (input: ConfigurationInput) => input.tenants[0] as Record<string, unknown>;

describe('the smallest configuration', () => {
  it('is complete by its defaults', () => {
    const parsed = Configuration.parse(configurationInput());
    expect(parsed.pbxs[0]).toMatchObject({ port: 5038, maxCalls: 1_000, maxCallsPerSecond: 100 });
    expect(parsed.tenants[0]).toMatchObject({
      extensions: { list: [], channel: 'PJSIP/{extension}' },
      callerIds: { pool: [], agents: {} },
      defaults: {
        dial1RingTimeoutSeconds: 20,
        dial2RingTimeoutSeconds: 30,
        talkLimitSeconds: 14_400,
        retryPolicy: { maxRetries: 0, delaySeconds: 60, until: 'connected', retryUnknown: false },
      },
      variables: [],
      callingWindows: [],
      doNotCall: [],
      caps: {},
      paused: false,
      quotas: { requestsPerMinute: 6_000, openCalls: 100_000 },
      services: [],
      contexts: [],
      dialects: {},
      sinks: [],
    });
  });

  it('is the same when its result is read again', () => {
    const parsed = Configuration.parse(configurationInput());
    expect(Configuration.parse(parsed)).toEqual(parsed);
  });
});

describe('names that must exist, and be unique', () => {
  it.each<[string, (input: ConfigurationInput) => void, string]>([
    ['two PBXs of one name', (c) => c.pbxs.push({ ...pbx(c) }), 'pbxs.1.name: another PBX has this name'],
    ['two trunks of one name', (c) => c.trunks.push({ ...trunk(c) }), 'trunks.1.name: another trunk has this name'],
    [
      'a trunk on a PBX that is not there',
      (c) => (trunk(c)['pbxs'] = ['pbx-9']),
      'trunks.0.pbxs.0: is not a PBX of this file: there is pbx-1',
    ],
    [
      'a tenant’s trunk that is not there',
      (c) => (tenant(c)['trunks'] = ['gone']),
      'tenants.0.trunks.0: is not a trunk of this file: there is carrier',
    ],
    [
      'a key of two tenants',
      (c) => c.tenants.push({ ...tenant(c), id: 'other' }),
      'tenants.1.apiKeys.0.sha256: another key has this hash',
    ],
    [
      'two sinks of one name',
      (c) => (tenant(c)['sinks'] = [1, 2].map(() => ({ type: 'redis-list', name: 'cdr', key: 'cdrs' }))),
      'tenants.0.sinks.1.name: another sink of the tenant has this name',
    ],
    [
      'an extension pattern that is none',
      (c) => (tenant(c)['extensions'] = { pattern: '1[0-9' }),
      'tenants.0.extensions.pattern: not a regular expression',
    ],
  ])('%s', (_what, change, fault) => {
    expect(issues(change)).toEqual([fault]);
  });

  it('two tenants with one id', () => {
    const again = (c: ConfigurationInput) =>
      c.tenants.push({ ...tenant(c), apiKeys: [{ name: 'main', sha256: 'b'.repeat(64) }] });
    expect(issues(again)).toEqual(['tenants.1.id: another tenant has this id']);
  });
});

describe('issues are reported by path', () => {
  it.each<[string, (input: ConfigurationInput) => void, RegExp]>([
    ['no PBX at all', (c) => c.pbxs.pop(), /^pbxs: /],
    ['no tenant at all', (c) => c.tenants.pop(), /^tenants: /],
    ['a PBX without secret', (c) => delete pbx(c)['secret'], /^pbxs\.0\.secret: /],
    [
      'recordings both in a folder and on the web',
      (c) => (pbx(c)['recordings'] = { folder: 'a', url: 'http://a' }),
      /^pbxs\.0\.recordings: a folder or a url$/,
    ],
    [
      'recordings at no web address',
      (c) => (pbx(c)['recordings'] = { url: 'file:///etc' }),
      /^pbxs\.0\.recordings\.url: /,
    ],
    ['a port out of range', (c) => (pbx(c)['port'] = 65_536), /^pbxs\.0\.port: /],
    ['a name in capitals', (c) => (pbx(c)['name'] = 'PBX'), /^pbxs\.0\.name: /],
    ['an id with a colon', (c) => (tenant(c)['id'] = 'a:b'), /^tenants\.0\.id: /],
    ['no limit of calls', (c) => delete trunk(c)['maxCalls'], /^trunks\.0\.maxCalls: /],
    ['a limit of no calls', (c) => (trunk(c)['maxCalls'] = 0), /^trunks\.0\.maxCalls: /],
    ['a misspelt field', (c) => (trunk(c)['maxCall'] = 1), /^trunks\.0: .*maxCall/],
    ['a time zone that is none', (c) => (tenant(c)['timeZone'] = 'Mars/Phobos'), /^tenants\.0\.timeZone: not an IANA/],
    ['no API key', (c) => (tenant(c)['apiKeys'] = []), /^tenants\.0\.apiKeys: /],
    [
      'an API key in the clear',
      (c) => (tenant(c)['apiKeys'] = [{ name: 'main', sha256: 'secret' }]),
      /^tenants\.0\.apiKeys\.0\.sha256: a SHA-256/,
    ],
    [
      'a variable that Asterisk would execute',
      (c) => (tenant(c)['variables'] = ['DB(x/y)']),
      /^tenants\.0\.variables\.0: /,
    ],
    ['a do-not-call number that is none', (c) => (tenant(c)['doNotCall'] = ['082']), /^tenants\.0\.doNotCall\.0: /],
    [
      'a window the wrong way round',
      (c) => (tenant(c)['callingWindows'] = [{ days: ['mon'], from: '17:00', to: '09:00' }]),
      /^tenants\.0\.callingWindows\.0\.to: /,
    ],
    ['a rule of recording that is none', (c) => (tenant(c)['recording'] = 'some'), /^tenants\.0\.recording: /],
    [
      'a context that is a dialplan of its own',
      (c) => (tenant(c)['contexts'] = ['a,s,1']),
      /^tenants\.0\.contexts\.0: a context/,
    ],
    [
      'a sink whose format is no name',
      (c) => (tenant(c)['sinks'] = [{ type: 'redis-list', name: 'cdr', key: 'k', format: 'A B' }]),
      /^tenants\.0\.sinks\.0\.format: /,
    ],
    ['an unknown sink', (c) => (tenant(c)['sinks'] = [{ type: 'fax', name: 'cdr' }]), /^tenants\.0\.sinks\.0\.type: /],
    [
      'a webhook without a proper secret',
      (c) => (tenant(c)['sinks'] = [{ type: 'webhook', name: 'crm', url: 'https://crm.example', secret: 'hunter2' }]),
      /^tenants\.0\.sinks\.0\.secret: /,
    ],
    [
      'a webhook to a file',
      (c) =>
        (tenant(c)['sinks'] = [
          { type: 'webhook', name: 'crm', url: 'file:///etc/passwd', secret: `whsec_${'a'.repeat(32)}` },
        ]),
      /^tenants\.0\.sinks\.0\.url: /,
    ],
  ])('%s', (_what, change, fault) => {
    const found = issues(change);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(fault);
  });
});

describe('a channel template', () => {
  it.each([
    ['PJSIP/{number}@carrier', true],
    ['DAHDI/g1/{number}', true],
    ['Local/{number}@from-internal', true],
    // The dialplan dials one resource and no URI. A channel that it would refuse on every call is refused at the start.
    ['PJSIP/carrier/sip:{number}@sip.example', false],
    ['IAX2/carrier/{number}', false],
    ['PJSIP/carrier', false],
    ['PJSIP/{number}{number}@carrier', false],
    ['PJSIP/{extension}@carrier', false],
    ['PJSIP/{number}@carrier&PJSIP/1001', false],
    ['PJSIP/{number}@carrier,30', false],
    ['PJSIP/{number}@$', false],
    ['PJSIP/{number}@carrier\nAction: Hangup', false],
    ['PJSIP/{number}@carrier ', false],
    ['{number}', false],
    [`Local/{number}@${'a'.repeat(176)}`, true],
    [`Local/{number}@${'a'.repeat(177)}`, false],
  ])('%j: %s', (channel, ok) => {
    expect(issues((c) => (trunk(c)['channel'] = channel)).length === 0).toBe(ok);
  });

  it.each([
    ['DAHDI/g1/{number}', '+'],
    [`PJSIP/{number}@${'a'.repeat(178)}`, '00'],
  ])('%s that cannot take the prefix %j is refused at the start', (channel, numberPrefix) => {
    const change = (c: ConfigurationInput) => Object.assign(trunk(c), { channel, numberPrefix });
    expect(issues(change)).toEqual([expect.stringMatching(/^trunks\.0\.numberPrefix: does not fit the channel/)]);
  });

  it('has one issue reported at a time: a text that is no template is no channel either', () => {
    expect(issues((c) => (trunk(c)['channel'] = 'sip:{x}'))).toEqual(['trunks.0.channel: must hold {number} once']);
  });
});
