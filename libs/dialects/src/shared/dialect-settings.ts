import type { Tenant } from '@redial/call';
import type { z } from 'zod';

/** A dialect's own settings of a tenant: read once, undefined where the tenant does not have the dialect. Throws for what the schema refuses. */
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
