import type { Tenant } from '@redial/call';

/**
 * The one tenant whose credentials are right. Every tenant is compared, so that the time reveals nothing. Credentials
 * that two tenants share belong to neither: the owner of the call would be unknown.
 */
export function onlyTenant(tenants: readonly Tenant[], isRight: (tenant: Tenant) => boolean): Tenant | undefined {
  const [tenant, ...others] = tenants.filter(isRight);
  return others.length === 0 ? tenant : undefined;
}
