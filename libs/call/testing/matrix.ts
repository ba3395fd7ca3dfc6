/**
 * One cell of a machine's matrix: the step of a signal in a state, written `next: effect, effect`. `-` means ignored.
 * Where details decide, a cell names its cases: a sample of the state, a variant of the signal, or `sample + variant`.
 */
export type Cell = string | CellCases;
export type CellCases = { readonly otherwise: string } & Readonly<Record<string, string>>;

/** The step of a cell for one sample of the state and one variant of the signal. The most exact case wins. */
export function cellFor(cell: Cell, sample: string, variant: string): string {
  if (typeof cell === 'string') return cell;
  return cell[`${sample} + ${variant}`] ?? cell[variant] ?? cell[sample] ?? cell.otherwise;
}

/** Every step of a cell, with its case. */
export function casesOf(cell: Cell): readonly (readonly [when: string, outcome: string])[] {
  return typeof cell === 'string' ? [['', cell]] : Object.entries(cell);
}

/** Cases of a cell that name no sample and no variant: such a line of the matrix would prove nothing. */
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
