import { hasExtension, type Tenant } from '@redial/call';
import type { SettingsFault } from '../dialect.ts';
import { trunkFault } from '../shared/trunk-fault.ts';
import { originateCallSettings } from './settings.ts';

/** Trunks and extensions that the settings name, and the tenant does not have. */
export function faults(tenant: Tenant): SettingsFault[] {
  const { projects = {}, users = {}, trunks = {} } = originateCallSettings(tenant) ?? {};
  return [
    ...Object.entries(projects).flatMap(([id, { trunk }]) => trunkFault(trunk, ['projects', id, 'trunk'], tenant)),
    ...Object.entries(users)
      .filter(([, extension]) => !hasExtension(tenant, extension))
      .map(([email]) => ({ path: ['users', email], message: 'is not an extension of this tenant' })),
    ...Object.entries(trunks).flatMap(([name, trunk]) => trunkFault(trunk, ['trunks', name], tenant)),
  ];
}
