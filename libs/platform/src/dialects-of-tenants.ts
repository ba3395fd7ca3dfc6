import type { Configuration } from '@redial/call';
import type { z } from 'zod';
import { describeIssue, type FieldFault, type Path } from './validation-sentences.ts';

/** A dialect's name → the schema of its settings. Whoever knows the dialects gives it; this library knows none. */
export type DialectSchemas = Readonly<Record<string, z.ZodType>>;

/** What is wrong with each tenant's `dialects`, in a file of which nothing else need be right. */
export function dialectFaults(file: unknown, schemas: DialectSchemas): FieldFault[] {
  const { tenants } = fieldsOf(file);
  if (!Array.isArray(tenants)) return [];
  return tenants.flatMap((tenant: unknown, index) =>
    Object.entries(fieldsOf(fieldsOf(tenant)['dialects'])).flatMap(([name, settings]) =>
      settingsFaults(['tenants', index, 'dialects', name], settings, schemaOf(name, schemas), { file, schemas }),
    ),
  );
}

function settingsFaults(
  path: Path,
  settings: unknown,
  schema: z.ZodType | undefined,
  { file, schemas }: { readonly file: unknown; readonly schemas: DialectSchemas },
): FieldFault[] {
  if (schema === undefined) {
    const message = `there is no such dialect: there are ${Object.keys(schemas).join(', ')}`;
    return [{ path, message, atName: true }];
  }
  const read = schema.safeParse(settings);
  if (read.success) return [];
  return read.error.issues.flatMap((issue) => describeIssue({ ...issue, path: [...path, ...issue.path] }, file));
}

/** The same configuration with each dialect's settings as its schema reads them. They have no faults. */
export function withDialects(configuration: Configuration, schemas: DialectSchemas): Configuration {
  const tenants = configuration.tenants.map((tenant) => ({
    ...tenant,
    dialects: Object.fromEntries(
      Object.entries(tenant.dialects).map(([name, settings]) => [name, schemaOf(name, schemas)?.parse(settings)]),
    ),
  }));
  return { ...configuration, tenants };
}

function schemaOf(name: string, schemas: DialectSchemas): z.ZodType | undefined {
  return Object.hasOwn(schemas, name) ? schemas[name] : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isGroup ? (value as Readonly<Record<string, unknown>>) : {};
}
