/**
 * At the end of a switch over every case. The compiler refuses a switch that misses one; a value of no known case is an
 * error.
 */
export function assertNever(value: never): never {
  throw new TypeError(`no such case: ${JSON.stringify(value)}`);
}
