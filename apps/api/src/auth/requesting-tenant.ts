import type { TenantConfiguration } from '@redial/configuration';

/** The tenant whose credentials a request has shown. Throws before authentication. */
export function requestingTenant(locals: Record<string, unknown>): TenantConfiguration {
  const tenant = locals['tenant'];
  if (tenant === undefined) throw new TypeError('the request has not been authenticated');
  return tenant as TenantConfiguration;
}
