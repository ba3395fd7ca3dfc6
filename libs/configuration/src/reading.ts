/** What was read, or everything that is wrong with it: one sentence each, naming the variable or file, line and field; never a secret's value. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly errors: readonly string[] };

/** For a process at its start: the value, or every error on standard error and exit 1. */
export function valueOrExit<T>(reading: Reading<T>): T {
  if (reading.ok) return reading.value;
  for (const error of reading.errors) process.stderr.write(`${error}\n`);
  process.exit(1);
}
