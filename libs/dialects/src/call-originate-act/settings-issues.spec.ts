import { expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { actTenant, tenantWith } from '../../testing/act.ts';
import { settingsIssues } from './settings-issues.ts';

it('has none if the tenant has everything that is named', () => {
  expect(settingsIssues(actTenant)).toEqual([]);
  expect(settingsIssues(acme)).toEqual([]);
});

test.each<[string, Readonly<Record<string, unknown>>, string, string]>([
  [
    'a context’s trunk',
    { contexts: { far: { trunk: 'gone' } } },
    'contexts.far.trunk',
    'is not a trunk of this tenant: there are carrier, backup',
  ],
  [
    'a trunk',
    { trunks: { cisco: 'gone' } },
    'trunks.cisco',
    'is not a trunk of this tenant: there are carrier, backup',
  ],
  [
    'a context of the dialplan',
    { contexts: { elsewhere: { routes: 'dialplan' } } },
    'contexts.elsewhere.routes',
    'needs a context of this name in the tenant’s contexts',
  ],
])('names %s that the tenant does not have', (_what, settings, path, message) => {
  const found = settingsIssues(tenantWith({}, settings)).map((issue) => ({ ...issue, path: issue.path.join('.') }));
  expect(found).toEqual([{ path, message }]);
});
