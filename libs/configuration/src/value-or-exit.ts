import type { Result } from '@redial/call';

/** Every issue: one sentence each, with the variable or file, line and field. Never a secret's value. */
export interface ConfigurationErrors {
  readonly errors: readonly string[];
}

/** For the start of a process: the value. With errors: all of them on standard error, and exit 1. */
export function valueOrExit<T>(result: Result<T, ConfigurationErrors>): T {
  if (result.ok) return result.value;
  for (const error of result.errors) process.stderr.write(`${error}\n`);
  process.exit(1);
}
