import { describe, expect, it } from 'vitest';
import { ServiceConfiguration } from './service-configuration.ts';

function issues(service: Record<string, unknown>): string[] {
  const parsed = ServiceConfiguration.safeParse(service);
  return parsed.success ? [] : parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

describe('a service is refused', () => {
  const sound = 'custom/welcome';
  const group = { kind: 'ring_group', name: 'sales', channel: 'PJSIP/lobby' };
  const announcement = { kind: 'announcement', name: 'welcome' };

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
    ['with a code of letters', { ...group, code: '6O1' }, /^code: a feature code/],
    ['with a code of nine', { ...group, code: '123456789' }, /^code: a feature code/],
    ['with a sound where nothing is played', { ...group, sound }, /sound/],
    ['as an announcement that has nothing to play', announcement, /^sound: needs either a sound or a channel$/],
    [
      'as an announcement of two origins',
      { ...announcement, sound, channel: 'PJSIP/x' },
      /^sound: needs either a sound or a channel$/,
    ],
    [
      'with digits at a channel of the PBX’s own',
      { ...announcement, channel: 'PJSIP/x', dtmf: { 1: '1001' } },
      /^dtmf: belongs to a sound$/,
    ],
    ['with a digit that no phone has', { ...announcement, sound, dtmf: { a: '1001' } }, /^dtmf\.a: /],
    ['with a digit that dials', { ...announcement, sound, dtmf: { '*': '1001' } }, /^dtmf\.\*: /],
    ['with a sound outside the folder of sounds', { ...announcement, sound: '../../etc/passwd' }, /^sound: a sound/],
    ['with a sound of the file system', { ...announcement, sound: '/etc/passwd' }, /^sound: a sound/],
    ['with two sounds', { ...announcement, sound: 'a&b' }, /^sound: a sound/],
    ['with no time for a digit', { ...announcement, sound, waitSeconds: 0 }, /^waitSeconds: /],
  ])('%s', (_what, service, fault) => {
    expect(issues(service)).toEqual([expect.stringMatching(fault)]);
  });

  it.each(['*601', '#', '601', '**1#'])('not with the code %s', (code) => {
    expect(issues({ ...group, code })).toEqual([]);
  });
});
