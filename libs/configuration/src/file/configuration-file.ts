import { readFile } from 'node:fs/promises';
import type { Result } from '@redial/call';
import { readConfiguredNumbers } from '@redial/numbering';
import { Configuration } from '../schema/configuration.ts';
import type { ConfigurationErrors } from '../value-or-exit.ts';
import { dialectIssues, type KnownDialects, withDialects } from './dialects-of-tenants.ts';
import { sinkKeyIssues } from './sink-keys.ts';
import { describeIssue, formatPath } from './validation-sentences.ts';
import { type PlacedIssue, parseYaml, placeIssues } from './yaml-document.ts';

interface ConfigurationSource {
  /** For error messages. */
  readonly file: string;
  /** The values of `${NAME}`. */
  readonly environment: NodeJS.ProcessEnv;
  /** Absent: a tenant's `dialects` and a sink's `format` are not checked. For processes that serve no dialect. */
  readonly dialects?: KnownDialects;
}

const bytesMax = 16 * 1024 * 1024;

/**
 * The one YAML file. Never rejects. Every error is `<file>:<line>:<column> <field>: <message>`, and all are reported at
 * once. None shows a value: it may be a secret.
 *
 * A whole value may be `${NAME}`, and is then the text of that environment variable: secrets need not be in the file.
 */
export async function readConfigurationFile(
  file: string,
  environment: NodeJS.ProcessEnv = process.env,
  dialects?: KnownDialects,
): Promise<Result<Configuration, ConfigurationErrors>> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    return { ok: false, errors: [`${file}: ${describeReadError(error)}`] };
  }
  if (bytes.length > bytesMax) return { ok: false, errors: [`${file}: is larger than 16 MiB`] };
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return parseConfiguration(text, { file, environment, ...(dialects !== undefined && { dialects }) });
  } catch (error) {
    if (error instanceof TypeError && 'code' in error) return { ok: false, errors: [`${file}: is not UTF-8 text`] };
    throw error;
  }
}

/** The file's text → the configuration. */
export function parseConfiguration(
  text: string,
  { file, environment, dialects }: ConfigurationSource,
): Result<Configuration, ConfigurationErrors> {
  const yaml = parseYaml(text, environment);
  if (!yaml.ok) return { ok: false, errors: sentences(file, yaml.issues) };

  const { file: value, issues: numberIssues } = readConfiguredNumbers(yaml.value.root);
  const parsed = Configuration.safeParse(value);
  const found = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => describeIssue(issue, { root: value, schema: Configuration }));
  const described = new Set(numberIssues.map(({ path }) => path.join('/')));
  const left = found.filter(({ path }) => !described.has(path.join('/')));
  const issues = [...numberIssues, ...left];
  if (parsed.success) issues.push(...sinkKeyIssues(parsed.data, environment['REDIAL_KEY_PREFIX'] || undefined));
  if (dialects !== undefined) issues.push(...dialectIssues(value, dialects));
  if (!parsed.success || issues.length > 0 || yaml.value.issues.length > 0)
    return { ok: false, errors: sentences(file, placeIssues(yaml.value, issues)) };
  return { ok: true, value: dialects === undefined ? parsed.data : withDialects(parsed.data, dialects) };
}

function sentences(file: string, issues: readonly PlacedIssue[]): string[] {
  return [...issues]
    .sort((a, b) => a.line - b.line || a.column - b.column)
    .map(({ line, column, path, message }) => `${file}:${line}:${column} ${formatPath(path)}: ${message}`);
}

function describeReadError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  if (code === 'ENOENT') return 'there is no such file (REDIAL_CONFIG names the configuration file)';
  if (code === 'EACCES') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a folder, not a file';
  return `cannot be read (${code})`;
}
