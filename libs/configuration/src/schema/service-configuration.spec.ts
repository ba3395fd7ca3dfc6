import { describe, expect, it } from 'vitest';
import { ServiceConfiguration } from './service-configuration.ts';

function faults(service: Record<string, unknown>): string[] {
  const parsed = ServiceConfiguration.safeParse(service);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

describe('a service is refused', () => {
  const sound = 'custom/welcome';
  const group = { kind: 'ring_group', name: 'sales', channel: 'PJSIP/lobby' };
  const message = { kind: 'message', name: 'welcome' };

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['without a channel', { ...group, channel: undefined }, /^channel: /],
    ['with two channels', { ...group, channel: 'PJSIP/1001&PJSIP/1002' }, /^channel: must be one channel/],
    ['with an option behind its channel', { ...group, channel: 'PJSIP/1001,30' }, /^channel: must be one channel/],
    ['with a channel of any URI', { ...group, channel: 'PJSIP/1001/sip:a@b' }, /^channel: must be one channel/],
    [
      'with a channel that is too long once it is kept whole',
      { ...group, channel: `Local/1@${'a'.repeat(192)}` },
      /^channel: /,
    ],
    ['of a kind that is none', { ...group, kind: 'fax' }, /^kind: /],
    ['of a name that splits', { ...group, name: 'sales,support' }, /^name: a name/],
    ['with a code of letters', { ...group, code: '6O1' }, /^code: a dial code/],
    ['with a code of nine', { ...group, code: '123456789' }, /^code: a dial code/],
    ['with a sound where nothing is played', { ...group, sound }, /sound/],
    ['as a message that has nothing to play', message, /^sound: needs either a sound or a channel$/],
    [
      'as a message of two origins',
      { ...message, sound, channel: 'PJSIP/x' },
      /^sound: needs either a sound or a channel$/,
    ],
    [
      'with keys at a channel of the PBX’s own',
      { ...message, channel: 'PJSIP/x', keys: { 1: '1001' } },
      /^keys: belong to a sound$/,
    ],
    ['with a key that no phone has', { ...message, sound, keys: { a: '1001' } }, /^keys\.a: /],
    ['with a key that dials', { ...message, sound, keys: { '*': '1001' } }, /^keys\.\*: /],
    ['with a sound outside the folder of sounds', { ...message, sound: '../../etc/passwd' }, /^sound: a sound/],
    ['with a sound of the file system', { ...message, sound: '/etc/passwd' }, /^sound: a sound/],
    ['with two sounds', { ...message, sound: 'a&b' }, /^sound: a sound/],
    ['with no time for a key', { ...message, sound, waitSeconds: 0 }, /^waitSeconds: /],
  ])('%s', (_what, service, fault) => {
    expect(faults(service)).toEqual([expect.stringMatching(fault)]);
  });

  it.each(['*601', '#', '601', '**1#'])('not with the code %s', (code) => {
    expect(faults({ ...group, code })).toEqual([]);
  });
});
