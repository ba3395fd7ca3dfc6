import type { Result } from '@redial/call';

/** Everything that is wrong: one sentence each, naming the variable or file, line and field; never a secret's value. */
export interface ConfigurationErrors {
  readonly errors: readonly string[];
}

/** For a process at its start: the value, or every error on standard error and exit 1. */
export function valueOrExit<T>(result: Result<T, ConfigurationErrors>): T {
  if (result.ok) return result.value;
  for (const error of result.errors) process.stderr.write(`${error}\n`);
  process.exit(1);
}
