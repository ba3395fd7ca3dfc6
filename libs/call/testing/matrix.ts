/**
 * One cell of a machine's matrix: what a signal does in a state, written `next: effect, effect`; `-` is "ignored". Where it
 * depends on what is known, a cell names its cases: a sample of the state, a variant of the signal, or `sample + variant`.
 */
export type Cell = string | CellCases;
export type CellCases = { readonly otherwise: string } & Readonly<Record<string, string>>;

/** What a cell says of one sample of the state and one variant of the signal; the closest case wins. */
export function cellFor(cell: Cell, sample: string, variant: string): string {
  if (typeof cell === 'string') return cell;
  return cell[`${sample} + ${variant}`] ?? cell[variant] ?? cell[sample] ?? cell.otherwise;
}

/** Every outcome that a cell knows, with the case in which it comes. */
export function casesOf(cell: Cell): readonly (readonly [when: string, outcome: string])[] {
  return typeof cell === 'string' ? [['', cell]] : Object.entries(cell);
}

/** Cases of a cell that name no sample and no variant: each would be a line of the matrix that proves nothing. */
export function strayCases(cell: Cell, samples: readonly string[], variants: readonly string[]): string[] {
  const known = new Set([
    'otherwise',
    ...samples,
    ...variants,
    ...samples.flatMap((s) => variants.map((v) => `${s} + ${v}`)),
  ]);
  return casesOf(cell)
    .map(([when]) => when)
    .filter((when) => when !== '' && !known.has(when));
}

export function written(next: string, effects: readonly string[], ignored: boolean): string {
  if (ignored) return '-';
  return effects.length === 0 ? next : `${next}: ${effects.join(', ')}`;
}
