import { Tenant } from '@redial/call';
import { expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { settingsIssues } from './settings-issues.ts';

const faultsWith = (settings: object) =>
  settingsIssues(
    Tenant.parse({
      ...acme,
      dialects: {
        'originate-call': {
          username: 'u',
          password: 'p-of-eight',
          apiKey: 'k-of-eight',
          projects: { '1': {} },
          ...settings,
        },
      },
    }),
  ).map(({ path, message }) => `${path.join('.')}: ${message}`);

it('has none if the tenant has everything that is named', () => {
  const settings = {
    projects: { '1': {}, night: { trunk: 'backup' } },
    users: { 'jane@acme.example': '1001', 'joe@acme.example': '30000' },
    trunks: { sip: 'carrier' },
  };
  expect(faultsWith(settings)).toEqual([]);
  expect(settingsIssues(acme)).toEqual([]);
});

test.each<[string, object, string]>([
  [
    'a project’s trunk',
    { projects: { night: { trunk: 'gone' } } },
    'projects.night.trunk: is not a trunk of this tenant: there are carrier, backup',
  ],
  ['a trunk', { trunks: { sip: 'gone' } }, 'trunks.sip: is not a trunk of this tenant: there are carrier, backup'],
  ['a user', { users: { 'jane@acme.example': '999' } }, 'users.jane@acme.example: is not an extension of this tenant'],
])('names %s that the tenant does not have', (_what, settings, fault) => {
  expect(faultsWith(settings)).toEqual([fault]);
});
