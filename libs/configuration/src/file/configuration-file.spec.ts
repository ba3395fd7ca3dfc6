import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vendorsInFiles } from '@redial/dialects';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseConfiguration, readConfigurationFile } from './configuration-file.ts';
import type { KnownDialects } from './dialects-of-tenants.ts';

const hash = 'a'.repeat(64);
const valid = `
pbxs:
  - name: pbx1
    host: 10.0.0.1
    username: redial
    secret: \${AMI_SECRET}
trunks:
  - { name: carrier, channel: "PJSIP/{number}@carrier", maxCalls: 30, maxCallsPerSecond: 5 }
tenants:
  - id: acme
    timeZone: Africa/Johannesburg
    apiKeys: [{ name: main, sha256: ${hash} }]
    numberingPlan: { countryCode: "27", nationalNumberLength: { min: 9, max: 9 } }
    extensions: { pattern: "1[0-9]{2}" }
    trunks: [carrier]
    sinks:
      - type: webhook
        name: crm
        url: https://crm.example/hook
        secret: \${HOOK_SECRET}
`;
const environment = { AMI_SECRET: 'hush-ami', HOOK_SECRET: `whsec_${'A'.repeat(32)}` };

function errorsOf(text: string, variables: NodeJS.ProcessEnv = environment) {
  const reading = parseConfiguration(text, { file: 'redial.yaml', environment: variables });
  return reading.ok ? [] : reading.errors;
}

describe('the configuration file', () => {
  it('is read with its variables and defaults', () => {
    const reading = parseConfiguration(valid, { file: 'redial.yaml', environment });
    expect(reading).toMatchObject({
      ok: true,
      value: {
        pbxs: [{ name: 'pbx1', port: 5038, secret: 'hush-ami' }],
        tenants: [{ id: 'acme', sinks: [{ name: 'crm', secret: environment.HOOK_SECRET, timeoutSeconds: 15 }] }],
      },
    });
  });

  it('reports line, column and field of every issue, in the order of the file', () => {
    const text = valid
      .replace('host: 10.0.0.1', 'hots: 10.0.0.1')
      .replace('maxCalls: 30', 'maxCalls: many')
      .replace('countryCode: "27"', 'countryCode: 27')
      .replace('trunks: [carrier]', 'trunks: carrier')
      .replace('    timeZone: Africa/Johannesburg\n', '')
      .replace('type: webhook', 'type: pigeon');
    expect(errorsOf(text)).toEqual([
      'redial.yaml:3:5 pbxs[0].host: is missing: a text',
      'redial.yaml:4:5 pbxs[0].hots: there is no such setting: did you mean host?',
      'redial.yaml:8:67 trunks[0].maxCalls: must be a whole number from 1 to 10000 and is a text',
      'redial.yaml:10:5 tenants[0].timeZone: is missing: a text',
      'redial.yaml:12:35 tenants[0].numberingPlan.countryCode: must be a text and is a number: put it in quotes',
      'redial.yaml:14:13 tenants[0].trunks: must be a list and is a text',
      'redial.yaml:16:15 tenants[0].sinks[0].type: must be one of redis-list, redis-stream, webhook',
    ]);
  });

  it('reports references to nothing, and duplicates', () => {
    const text = valid
      .replace('trunks: [carrier]', 'trunks: [carrier, other]')
      .replace(
        'trunks:\n',
        'trunks:\n  - { name: carrier, channel: "PJSIP/{number}@b", maxCalls: 1, maxCallsPerSecond: 1 }\n',
      );
    expect(errorsOf(text)).toEqual([
      'redial.yaml:9:13 trunks[1].name: another trunk has this name',
      'redial.yaml:16:23 tenants[0].trunks[1]: is not a trunk of this file: there is carrier',
    ]);
  });

  it.each([
    ['an empty file', '', 'redial.yaml:1:1 (file): must be a group of settings and is empty'],
    ['a key that is there twice', 'pbxs: []\npbxs: []\n', 'redial.yaml:2:1 yaml: this key is already there, above'],
    ['a tab as indentation', 'pbxs:\n\t- name: a\n', 'redial.yaml:2:1 yaml: tabs cannot indent: use spaces'],
    [
      'an open bracket',
      'pbxs: [a\n',
      'redial.yaml:2:1 yaml: the indentation does not fit the lines above, or a closing bracket is missing',
    ],
    [
      'an unknown tag',
      'pbxs: !!js/function x\n',
      'redial.yaml:1:7 yaml: this tag is not known, or does not fit its value',
    ],
    [
      'an alias of nothing',
      'pbxs: *none\n',
      'redial.yaml:1:7 yaml: this alias is not complete, or its anchor is not defined before it',
    ],
    [
      'a second document',
      'pbxs: []\n---\npbxs: []\n',
      'redial.yaml:2:1 yaml: the file must hold one document: a second one starts here',
    ],
  ])('reports the fault of %s', (_what, text, error) => {
    expect(errorsOf(text)).toContain(error);
  });

  it('reports a missing or empty variable once, and checks the rest', () => {
    const errors = errorsOf(valid.replace('host: 10.0.0.1', 'host: 5'), { AMI_SECRET: '' });
    expect(errors).toEqual([
      'redial.yaml:4:11 pbxs[0].host: must be a text and is a number: put it in quotes',
      'redial.yaml:6:13 pbxs[0].secret: the environment variable AMI_SECRET is empty',
      'redial.yaml:20:17 tenants[0].sinks[0].secret: the environment variable HOOK_SECRET is not set',
    ]);
  });

  it('replaces a whole value by a variable, and never structure', () => {
    expect(errorsOf(valid.replace('https://crm.example/hook', '"https://crm.example/${' + 'PATH_KEY}"'))).toEqual([
      `redial.yaml:19:14 tenants[0].sinks[0].url: $\{NAME} must be the whole value`,
    ]);
    const nested = parseConfiguration(valid, {
      file: 'redial.yaml',
      environment: { ...environment, AMI_SECRET: '{ a: b }\n- c' },
    });
    expect(nested).toMatchObject({ ok: true, value: { pbxs: [{ secret: '{ a: b }\n- c' }] } });
  });

  it('shows no value in any error', () => {
    const broken = [
      valid.replace('secret: $' + '{HOOK_SECRET}', 'secret: hush'),
      valid.replace('secret: $' + '{AMI_SECRET}', 'secret: "hush" hush'),
      valid.replace('secret: $' + '{AMI_SECRET}', 'secret: *hush'),
      valid.replace('secret: $' + '{AMI_SECRET}', 'secret: [hush'),
      valid.replace('secret: $' + '{AMI_SECRET}', 'secret: "\\hush"'),
      valid.replace('secret: $' + '{AMI_SECRET}', 'secret: !hush hush'),
    ];
    for (const text of broken) {
      expect(errorsOf(text)).not.toEqual([]);
      expect(errorsOf(text).join()).not.toContain('hush');
    }
    expect(errorsOf(valid, { ...environment, HOOK_SECRET: 'hush' }).join()).not.toContain('hush');
  });

  it('withstands multiplying aliases and deep nesting', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghij'.split('').map((name, i) => {
        const before = 'abcdefghij'[i];
        return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
      }),
    ].join('\n');
    expect(errorsOf(bomb)).toEqual(['redial.yaml:1:1 yaml: aliases stand for too much']);
    expect(errorsOf('['.repeat(100_000))).not.toEqual([]);
  });
});

describe("a tenant's dialects", () => {
  const flags = z.int().min(1).default(2);
  const semaphore = z.strictObject({
    flags,
    password: z.string().min(8, 'a password of 8 characters'),
    masts: z.array(z.strictObject({ height: z.int() })).default([]),
  });
  const dialects: KnownDialects = {
    dialects: {
      semaphore: {
        settings: semaphore,
        issues: (tenant) =>
          flags.parse((tenant.dialects['semaphore'] as { flags?: unknown }).flags) > tenant.trunks.length + 1
            ? [{ path: ['flags'], message: 'are more than there are trunks' }]
            : [],
        login: (tenant) => [semaphore.parse(tenant.dialects['semaphore']).password],
      },
      pigeon: { settings: z.strictObject({ home: z.enum(['roof', 'yard']).default('roof') }) },
    },
    formats: ['redial', 'semaphore', 'pigeon-2'],
  };
  const read = (settings: string, text = valid) =>
    parseConfiguration(text.replace('    sinks:\n', `    dialects:\n${settings}\n    sinks:\n`), {
      file: 'redial.yaml',
      environment,
      dialects,
    });
  const errors = (...given: Parameters<typeof read>) => {
    const reading = read(...given);
    return reading.ok ? [] : reading.errors;
  };

  it('are read by their own schemas, with defaults and variables', () => {
    expect(read('      semaphore:\n        password: $' + '{AMI_SECRET}\n      pigeon: {}')).toMatchObject({
      ok: true,
      value: {
        tenants: [{ dialects: { semaphore: { flags: 2, password: 'hush-ami', masts: [] }, pigeon: { home: 'roof' } } }],
      },
    });
  });

  it('are empty where none are named', () => {
    expect(parseConfiguration(valid, { file: 'redial.yaml', environment, dialects })).toMatchObject({
      ok: true,
      value: { tenants: [{ dialects: {} }] },
    });
  });

  it('have their issues reported with their places, together with all others', () => {
    const text = valid.replace('host: 10.0.0.1', 'hots: 10.0.0.1');
    const settings = [
      '      semaphore:',
      '        flags: 0',
      '        masts: [{ height: tall }]',
      '      pigeon: { home: attic, wings: 2 }',
      '      smoke: {}',
    ].join('\n');
    expect(errors(settings, text)).toEqual([
      'redial.yaml:3:5 pbxs[0].host: is missing: a text',
      'redial.yaml:4:5 pbxs[0].hots: there is no such setting: did you mean host?',
      'redial.yaml:17:7 tenants[0].dialects.semaphore.password: is missing: a text',
      'redial.yaml:18:16 tenants[0].dialects.semaphore.flags: must be a whole number, at least 1',
      'redial.yaml:19:27 tenants[0].dialects.semaphore.masts[0].height: must be a whole number and is a text',
      'redial.yaml:20:23 tenants[0].dialects.pigeon.home: must be one of roof, yard',
      'redial.yaml:20:30 tenants[0].dialects.pigeon.wings: there is no such setting',
      'redial.yaml:21:7 tenants[0].dialects.smoke: there is no such dialect: there are semaphore, pigeon',
    ]);
  });

  const tower = '      semaphore: { password: long-enough, flags: 9 }';

  it('must fit the rest of their tenant', () => {
    expect(errors(tower)).toEqual([
      'redial.yaml:17:50 tenants[0].dialects.semaphore.flags: are more than there are trunks',
    ]);
  });

  it('are not checked against an invalid tenant or setting', () => {
    const broken = valid.replace('trunks: [carrier]', 'trunks: carrier');
    expect(errors(tower, broken)).toEqual(['redial.yaml:15:13 tenants[0].trunks: must be a list and is a text']);
    expect(errors(tower.replace('9', 'x'))).toEqual([
      'redial.yaml:17:50 tenants[0].dialects.semaphore.flags: must be a whole number, at least 1, and is a text',
    ]);
  });

  it('have contradictions reported beside an issue elsewhere', () => {
    expect(errors(tower, valid.replace('maxCalls: 30', 'maxCalls: many'))).toHaveLength(2);
  });

  it('are refused as fields of the tenant', () => {
    const before = '    callerIds: { campaigns: { spring: "+27711234567" } }\n    sinks:\n';
    const text = valid.replace('    sinks:\n', before);
    const reading = parseConfiguration(text, { file: 'redial.yaml', environment, dialects: vendorsInFiles });
    expect(reading).toEqual({
      ok: false,
      errors: ['redial.yaml:16:18 tenants[0].callerIds.campaigns: there is no such setting'],
    });
  });

  it('cannot be those of another tenant', () => {
    const twin = valid.slice(valid.indexOf('  - id: acme')).replace('acme', 'globex').replace(hash, 'b'.repeat(64));
    const once = '    dialects: { semaphore: { password: long-enough } }\n    sinks:\n';
    const text = (valid + twin).replaceAll('    sinks:\n', once);
    const reported = (written: string) => {
      const reading = parseConfiguration(written, { file: 'redial.yaml', environment, dialects });
      return reading.ok ? [] : reading.errors;
    };
    expect(reported(text)).toEqual([
      'redial.yaml:28:17 tenants[1].dialects.semaphore: another tenant has these credentials',
    ]);
    expect(reported(text.replace('long-enough', 'another-one'))).toEqual([]);
  });

  describe('and the format of a sink', () => {
    const withFormat = (format: string) =>
      valid.replace('        name: crm\n', `        name: crm\n        format: ${format}\n`);

    it.each(['redial', 'semaphore', 'pigeon-2'])('may be %s', (format) => {
      expect(errors('      pigeon: {}', withFormat(format))).toEqual([]);
    });
    it.each(['pigeon', 'constructor'])('cannot be an unknown one, such as %s', (format) => {
      expect(errors('      pigeon: {}', withFormat(format))).toEqual([
        'redial.yaml:21:17 tenants[0].sinks[0].format: must be one of redial, semaphore, pigeon-2',
      ]);
    });
    it('is reported once where it is no name at all', () => {
      expect(errors('      pigeon: {}', withFormat('A B'))).toHaveLength(1);
    });
    it('is not checked by a process that serves no dialect', () => {
      expect(parseConfiguration(withFormat('pigeon'), { file: 'redial.yaml', environment }).ok).toBe(true);
    });
  });

  it.each([
    [
      'nothing',
      '      pigeon:',
      'redial.yaml:17:7 tenants[0].dialects.pigeon: must be a group of settings and is empty',
    ],
    [
      'a text',
      '      pigeon: grey',
      'redial.yaml:17:15 tenants[0].dialects.pigeon: must be a group of settings and is a text',
    ],
    [
      'a name of Object',
      '      constructor: {}',
      'redial.yaml:17:7 tenants[0].dialects.constructor: there is no such dialect: there are semaphore, pigeon',
    ],
  ])('refuse %s', (_what, settings, error) => {
    expect(errors(settings)).toEqual([error]);
  });

  it('show no value', () => {
    for (const settings of ['{ password: hush }', '{ password: [hush] }', '{ flags: hush }', 'hush']) {
      expect(errors(`      semaphore: ${settings}`)).not.toEqual([]);
      expect(errors(`      semaphore: ${settings}`).join()).not.toContain('hush');
    }
  });

  it('are not checked by a process that serves none', () => {
    const text = valid.replace('    sinks:\n', '    dialects: { smoke: { fire: wood } }\n    sinks:\n');
    expect(parseConfiguration(text, { file: 'redial.yaml', environment })).toMatchObject({
      ok: true,
      value: { tenants: [{ dialects: { smoke: { fire: 'wood' } } }] },
    });
  });
});

describe('reading it from disk', () => {
  const folders: string[] = [];
  afterEach(() => Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true }))));

  async function fileOf(content: string | Uint8Array) {
    const folder = await mkdtemp(join(tmpdir(), 'redial-configuration-'));
    folders.push(folder);
    const file = join(folder, 'redial.yaml');
    await writeFile(file, content);
    return file;
  }

  it('returns the configuration', async () => {
    expect(await readConfigurationFile(await fileOf(valid), environment)).toMatchObject({ ok: true });
  });

  it('reports a missing file, and one that is no text', async () => {
    expect(await readConfigurationFile('/nowhere/redial.yaml')).toEqual({
      ok: false,
      errors: ['/nowhere/redial.yaml: there is no such file (REDIAL_CONFIG names the configuration file)'],
    });
    const file = await fileOf(new Uint8Array([0xff, 0xfe, 0x00]));
    expect(await readConfigurationFile(file)).toEqual({ ok: false, errors: [`${file}: is not UTF-8 text`] });
  });
});

describe("a sink's key", () => {
  const withSinks = (...sinks: string[]) =>
    valid.replace(/ {6}- type: webhook[\s\S]*$/, sinks.map((sink) => `      - ${sink}\n`).join(''));
  const list = (name: string, key: string) => `{ type: redis-list, name: ${name}, key: "${key}" }`;

  it.each(['{redial}:due', '{redial}:dial:wait'])('%s is one of Redial’s own, and refused', (key) => {
    expect(errorsOf(withSinks(list('crm', key)))).toEqual([
      "redial.yaml:17:45 tenants[0].sinks[0].key: is one of Redial's own keys, which begin with {redial}:",
    ]);
  });

  it('of Redial’s own under another prefix is refused too, and the default ones are then free', () => {
    const variables = { ...environment, REDIAL_KEY_PREFIX: '{other}' };
    expect(errorsOf(withSinks(list('crm', '{other}:due')), variables)).toHaveLength(1);
    expect(errorsOf(withSinks(list('crm', '{redial}:due')), variables)).toEqual([]);
  });

  it('cannot be a list and a stream at once', () => {
    const text = withSinks(list('crm', 'cdrs'), '{ type: redis-stream, name: wall, key: cdrs }');
    expect(errorsOf(text)).toHaveLength(2);
    expect(errorsOf(text)[0]).toContain('tenants[0].sinks[0].key: is the key of a list and of a stream');
  });

  it('may be that of another list', () => {
    expect(errorsOf(withSinks(list('crm', 'cdrs'), list('wall', 'cdrs')))).toEqual([]);
  });
});
