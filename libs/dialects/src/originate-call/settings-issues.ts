import { hasExtension, type Issue, type Tenant } from '@redial/call';
import { trunkIssues } from '../shared/trunk-issues.ts';
import { originateCallSettings } from './settings.ts';

/** Trunks and extensions that the settings name and the tenant does not have. */
export function settingsIssues(tenant: Tenant): Issue[] {
  const { projects = {}, users = {}, trunks = {} } = originateCallSettings(tenant) ?? {};
  return [
    ...Object.entries(projects).flatMap(([id, { trunk }]) => trunkIssues(trunk, ['projects', id, 'trunk'], tenant)),
    ...Object.entries(users)
      .filter(([, extension]) => !hasExtension(tenant, extension))
      .map(([email]) => ({ path: ['users', email], message: 'is not an extension of this tenant' })),
    ...Object.entries(trunks).flatMap(([name, trunk]) => trunkIssues(trunk, ['trunks', name], tenant)),
  ];
}
