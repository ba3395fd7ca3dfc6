import type { Tenant } from '@redial/call';
import { tooShortMessage, vendors } from '@redial/dialects';
import type { Logger } from '@redial/platform';

/** At the start: whose login nobody can use. It names the field of the configuration, never what it holds. */
export function tellShortLogins(tenants: readonly Tenant[], logger: Pick<Logger, 'warn'>): void {
  for (const tenant of tenants) {
    for (const { name, shortLogin } of vendors) {
      for (const field of shortLogin?.(tenant) ?? [])
        logger.warn({ tenant: tenant.id, field: `dialects.${name}.${field}` }, tooShortMessage);
    }
  }
}
