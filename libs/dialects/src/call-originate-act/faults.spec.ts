import { expect, it, test } from 'vitest';
import { acme } from '../../testing/acme.ts';
import { actTenant, tenantWith } from '../../testing/act.ts';
import { faults } from './faults.ts';

it('has none where everything that is named is the tenant’s', () => {
  expect(faults(actTenant)).toEqual([]);
  expect(faults(acme)).toEqual([]);
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
  const found = faults(tenantWith({}, settings)).map((fault) => ({ ...fault, path: fault.path.join('.') }));
  expect(found).toEqual([{ path, message }]);
});
