import { describe, expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { caller } from '../../testing/caller.ts';
import { OriginateCallSettings, originateCallSettings } from './settings.ts';

const least = { username: 'u', password: 'p-of-eight', apiKey: 'k-of-eight', projects: { '1': {} } };

function pathsOf(settings: unknown): string[] {
  const parsed = OriginateCallSettings.safeParse(settings);
  return parsed.success ? [] : parsed.error.issues.map(({ path }) => path.join('.'));
}

it('needs credentials and a project; everything else has a default', () => {
  expect(OriginateCallSettings.parse(least)).toEqual({ ...least, users: {}, trunks: {}, waitSeconds: 15 });
  expect(pathsOf({}).sort()).toEqual(['apiKey', 'password', 'projects', 'username']);
});

it('accepts a project with a trunk, and e-mail addresses of either case', () => {
  const settings = { ...least, projects: { night: { trunk: 'backup' } }, users: { 'Jane@Acme.example': '1001' } };
  expect(OriginateCallSettings.parse(settings)).toMatchObject({
    projects: { night: { trunk: 'backup' } },
    users: { 'jane@acme.example': '1001' },
  });
});

describe('refuses', () => {
  test.each<[string, object, string]>([
    ['no project', { projects: {} }, 'projects'],
    ['a project with a space', { projects: { 'a b': {} } }, 'projects.a b'],
    ['a project with another setting', { projects: { '1': { trunks: 'x' } } }, 'projects.1'],
    ['a trunk that is no name', { projects: { '1': { trunk: 'A B' } } }, 'projects.1.trunk'],
    ['an empty key', { apiKey: '' }, 'apiKey'],
    ['a user that is no e-mail address', { users: { jane: '1001' } }, 'users.jane'],
    ['a user without an extension', { users: { 'jane@acme.example': 'x' } }, 'users.jane@acme.example'],
    ['a trunk of no name', { trunks: { sip: 'A B' } }, 'trunks.sip'],
    ['waiting for ever', { waitSeconds: 121 }, 'waitSeconds'],
    ['waiting for nothing', { waitSeconds: 0 }, 'waitSeconds'],
    ['a setting that there is not', { key: 'x' }, ''],
  ])('%s', (_name, changed, path) => {
    expect(pathsOf({ ...least, ...changed })).toEqual([path]);
  });
});

it('is undefined for a tenant without the dialect', () => {
  expect(originateCallSettings(acme)).toBeUndefined();
  expect(originateCallSettings(caller)?.username).toBe('your_api_usr');
});
