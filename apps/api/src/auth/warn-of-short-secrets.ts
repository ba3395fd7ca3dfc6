import type { Tenant } from '@redial/call';
import { shortSecretMessage, vendors } from '@redial/dialects';
import type { Logger } from '@redial/platform';

/** At the start. The warning names the field of the configuration, never its value. */
export function warnOfShortSecrets(tenants: readonly Tenant[], logger: Pick<Logger, 'warn'>): void {
  for (const tenant of tenants) {
    for (const { name, shortSecrets } of vendors) {
      for (const field of shortSecrets?.(tenant) ?? [])
        logger.warn({ tenant: tenant.id, field: `dialects.${name}.${field}` }, shortSecretMessage);
    }
  }
}
