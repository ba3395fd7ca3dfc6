import type { Tenant } from '@redial/call';
import type { SettingsFault } from '../dialect.ts';
import { trunkFault } from '../shared/trunk-fault.ts';
import { actSettings } from './settings.ts';

/** Trunks and contexts that the settings name, and the tenant does not have. */
export function faults(tenant: Tenant): SettingsFault[] {
  const { contexts = {}, trunks = {} } = actSettings(tenant) ?? {};
  return [
    ...Object.entries(contexts).flatMap(([name, { trunk }]) => trunkFault(trunk, ['contexts', name, 'trunk'], tenant)),
    ...Object.entries(contexts)
      .filter(([name, { routes }]) => routes === 'dialplan' && !tenant.contexts.includes(name))
      .map(([name]) => ({
        path: ['contexts', name, 'routes'],
        message: 'needs a context of this name in the tenant’s contexts',
      })),
    ...Object.entries(trunks).flatMap(([name, trunk]) => trunkFault(trunk, ['trunks', name], tenant)),
  ];
}
