/** Calls `onRepeat` with the index of every value that occurred before. Undefined values never repeat. */
export function eachRepeated(values: readonly (string | undefined)[], onRepeat: (index: number) => void): void {
  values.forEach((value, index) => {
    if (value !== undefined && values.indexOf(value) !== index) onRepeat(index);
  });
}
