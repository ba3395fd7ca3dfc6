import type { Issue, Tenant } from '@redial/call';
import type { VendorDialect } from '@redial/dialects';
import type { Configuration } from '../schema/configuration.ts';
import { TenantConfiguration } from '../schema/tenant-configuration.ts';
import { formatIssues } from './formats-of-sinks.ts';
import { describeIssue, type FieldIssue } from './validation-sentences.ts';

/** The dialects that a tenant of the file may name. The caller provides them: this library has none. */
export interface KnownDialects {
  readonly dialects: Readonly<Record<string, DialectInFiles>>;
  /** The CDR formats that a sink may have, beside Redial's own. */
  readonly formats: readonly string[];
}

/** The part of a dialect's contract that concerns the configuration file. */
export type DialectInFiles = Pick<VendorDialect, 'settings' | 'issues' | 'login'>;

/** The issues of each tenant's `dialects` and `sinks[].format`. The rest of the file may also have issues. */
export function dialectIssues(file: unknown, known: KnownDialects): FieldIssue[] {
  const { tenants } = fieldsOf(file);
  if (!Array.isArray(tenants)) return [];
  const logins = new Set<string>();
  return tenants.flatMap((written: unknown, index) => {
    const path: Issue['path'] = ['tenants', index];
    const { dialects, sinks } = fieldsOf(written);
    const tenant = TenantConfiguration.safeParse(written).data;
    return [
      ...Object.entries(fieldsOf(dialects)).flatMap(([name, settings]) => {
        const at = [...path, 'dialects', name];
        const dialect = dialectOf(name, known);
        if (dialect === undefined) return [noSuchDialect(at, known)];
        const issues = settingsIssues(at, settings, dialect, file);
        if (issues.length > 0 || tenant === undefined) return issues;
        return [...crossIssues(at, dialect, tenant), ...loginIssues(at, dialect.login?.(tenant), logins)];
      }),
      ...formatIssues([...path, 'sinks'], sinks, known.formats),
    ];
  });
}

function noSuchDialect(path: Issue['path'], { dialects }: KnownDialects): FieldIssue {
  const message = `there is no such dialect: there are ${Object.keys(dialects).join(', ')}`;
  return { path, message, atName: true };
}

function settingsIssues(path: Issue['path'], settings: unknown, { settings: schema }: DialectInFiles, file: unknown) {
  const read = schema.safeParse(settings);
  if (read.success) return [];
  return read.error.issues.flatMap((issue) => describeIssue(issue, { root: file, schema, above: path }));
}

function crossIssues(path: Issue['path'], { issues }: DialectInFiles, tenant: Tenant): FieldIssue[] {
  return (issues?.(tenant) ?? []).map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
}

/** `known`: the logins of the tenants before this one. */
function loginIssues(path: Issue['path'], login: readonly string[] | undefined, known: Set<string>): FieldIssue[] {
  if (login === undefined) return [];
  const name = JSON.stringify([path.at(-1), login]);
  if (known.has(name)) return [{ path, message: 'another tenant has these credentials' }];
  known.add(name);
  return [];
}

/** The same configuration, with each dialect's settings parsed by its schema. They must have no issues. */
export function withDialects(configuration: Configuration, known: KnownDialects): Configuration {
  const tenants = configuration.tenants.map((tenant) => ({
    ...tenant,
    dialects: Object.fromEntries(
      Object.entries(tenant.dialects).map(([name, settings]) => [
        name,
        dialectOf(name, known)?.settings.parse(settings),
      ]),
    ),
  }));
  return { ...configuration, tenants };
}

function dialectOf(name: string, { dialects }: KnownDialects): DialectInFiles | undefined {
  return Object.hasOwn(dialects, name) ? dialects[name] : undefined;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isGroup ? (value as Readonly<Record<string, unknown>>) : {};
}
