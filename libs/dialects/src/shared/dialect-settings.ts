import type { Tenant } from '@redial/call';
import type { z } from 'zod';

/**
 * A tenant's settings of one dialect, parsed once; undefined if the tenant does not have it. Throws if they do not fit
 * the schema.
 */
export function dialectSettings<Schema extends z.ZodType>(
  name: string,
  schema: Schema,
): (tenant: Tenant) => z.output<Schema> | undefined {
  const known = new WeakMap<Tenant, z.output<Schema>>();
  return (tenant) => {
    if (!Object.hasOwn(tenant.dialects, name)) return undefined;
    if (!known.has(tenant)) known.set(tenant, schema.parse(tenant.dialects[name]));
    return known.get(tenant);
  };
}
