import type { ParameterName, Parameters, Reject } from './parameters.ts';

/** A parameter of ASCII digits → its number; undefined if it is absent or wrong. */
export function readWholeNumber(
  name: ParameterName,
  { min, max, unit = '' }: { readonly min: number; readonly max: number; readonly unit?: string },
  values: Parameters,
  reject: Reject,
): number | undefined {
  const written = values[name];
  if (written === undefined) return undefined;
  const value = /^[0-9]{1,9}$/.test(written) ? Number(written) : Number.NaN;
  return value >= min && value <= max ? value : reject(name, `must be a whole number, ${min} to ${max}${unit}`);
}
