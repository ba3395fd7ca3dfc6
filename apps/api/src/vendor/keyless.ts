import type { Tenant } from '@redial/call';
import type { Keyless } from '@redial/dialects';
import { ipAllowListOf } from '../auth/ip-allow-list.ts';

export interface Visitor {
  /** Of the connection itself: nothing that a header says. */
  readonly address: string | undefined;
  readonly host: string | undefined;
}

export type FindByOrigin = (visitor: Visitor) => Tenant | undefined;

/** A request without a key → the one tenant that is open to where it comes from. Two that are open to it: nobody. */
export function keylessTenants(
  tenants: readonly Tenant[],
  keyless: (tenant: Tenant) => Keyless | undefined = () => undefined,
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
