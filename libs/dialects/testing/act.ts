import { Tenant } from '@redial/call';
import { acme } from './acme.ts';

/** The credentials of the vendor's own samples. */
export const vendorAccount = {
  username: 'test',
  password: 'Aa123456',
  apiKey: 'vZKtIKWsld0egNlkzHo8i5LVBqLNBSWARCQsPOSgDjFmAHM3tG',
} as const;

/** A tenant for which the vendor's samples run as they stand. */
export const actTenant = tenantWith({});

export function tenantWith(
  changes: Readonly<Record<string, unknown>>,
  settings: Readonly<Record<string, unknown>> = {},
): Tenant {
  return Tenant.parse({
    ...acme,
    extensions: { ...acme.extensions, list: ['552', '557'] },
    services: [{ kind: 'queue', name: 'sales', code: '*71' }],
    contexts: ['office'],
    ...changes,
    dialects: {
      'call-originate-act': {
        ...vendorAccount,
        contexts: { main_routing: {}, 'by backup': { trunk: 'backup' }, office: { routes: 'dialplan' } },
        trunks: { cisco: 'carrier' },
        ...settings,
      },
    },
  });
}
