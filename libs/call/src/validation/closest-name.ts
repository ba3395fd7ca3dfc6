/**
 * The known name that the writer most likely meant: at most two letters and a third of its length apart. Undefined:
 * none is close.
 */
export function closestName(written: string, known: readonly string[]): string | undefined {
  if (written.length > 60) return undefined;
  const lower = written.toLowerCase();
  const near = known
    .map((name) => ({ name, apart: distance(lower, name.toLowerCase()) }))
    .filter(({ name, apart }) => apart <= Math.min(2, Math.ceil(name.length / 3)))
    .sort((a, b) => a.apart - b.apart);
  return near[0]?.name ?? known.find((name) => lower.replaceAll(/[_-]/g, '') === name.toLowerCase());
}

/** The Levenshtein distance: letters inserted, deleted or replaced. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 1; j <= b.length; j += 1) {
      const exchanged = (row[j - 1] ?? 0) + (letter === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
