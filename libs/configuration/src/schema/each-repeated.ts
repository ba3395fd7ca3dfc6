/** Tells the index of every value that was there before it. Values that are undefined repeat nobody's. */
export function eachRepeated(values: readonly (string | undefined)[], onRepeat: (index: number) => void): void {
  values.forEach((value, index) => {
    if (value !== undefined && values.indexOf(value) !== index) onRepeat(index);
  });
}
