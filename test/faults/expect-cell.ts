import { expect } from 'vitest';
import type { Cell } from './expected.ts';
import type { Column } from './run-column.ts';

/** The result of one call is what the table holds for it, and has none of the findings that no outcome may have. */
export function expectCell(found: Column['cells'][keyof Column['cells']], cell: Cell): void {
  if (found === undefined) throw new Error('no call was in this phase');
  const { wrong, ...seen } = found;
  expect(wrong).toEqual([]);
  if ('oneOf' in cell) expect(cell.oneOf).toContainEqual(seen);
  else expect(seen).toEqual(cell);
}
