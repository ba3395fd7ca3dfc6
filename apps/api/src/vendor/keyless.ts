import type { TenantConfiguration } from '@redial/configuration';
import type { Keyless } from '@redial/dialects';
import { ipAllowListOf } from '../auth/ip-allow-list.ts';

interface RequestOrigin {
  /** The address of the connection itself; headers are ignored. */
  readonly address: string | undefined;
  readonly host: string | undefined;
}

type FindByOrigin = (origin: RequestOrigin) => TenantConfiguration | undefined;

/** A request without a key → the one tenant that is open to its origin; undefined if two are. */
export function keylessTenants(
  tenants: readonly TenantConfiguration[],
  keyless: (tenant: TenantConfiguration) => Keyless | undefined,
): FindByOrigin {
  const openings = tenants.flatMap((tenant) => {
    const opening = keyless(tenant);
    return opening === undefined
      ? []
      : [{ tenant, includes: ipAllowListOf(opening.ipAllowList), host: opening.host?.toLowerCase() }];
  });
  return ({ address, host }) => {
    const name = host?.replace(/:[0-9]+$/, '').toLowerCase();
    const [first, ...more] = openings.filter((opening) => {
      return opening.includes(address) && (opening.host === undefined || opening.host === name);
    });
    return more.length === 0 ? first?.tenant : undefined;
  };
}
