import type { Issue, Tenant } from '@redial/call';
import { trunkIssues } from '../shared/trunk-issues.ts';
import { actSettings } from './settings.ts';

/** Trunks and contexts that the settings name and the tenant does not have. */
export function settingsIssues(tenant: Tenant): Issue[] {
  const { contexts = {}, trunks = {} } = actSettings(tenant) ?? {};
  return [
    ...Object.entries(contexts).flatMap(([name, { trunk }]) => trunkIssues(trunk, ['contexts', name, 'trunk'], tenant)),
    ...Object.entries(contexts)
      .filter(([name, { routes }]) => routes === 'dialplan' && !tenant.contexts.includes(name))
      .map(([name]) => ({
        path: ['contexts', name, 'routes'],
        message: 'needs a context of this name in the tenant’s contexts',
      })),
    ...Object.entries(trunks).flatMap(([name, trunk]) => trunkIssues(trunk, ['trunks', name], tenant)),
  ];
}
