import { expect, test } from 'vitest';
import { createRecentIds } from './recent-ids.ts';

test('the oldest id is forgotten first, and adding an id again makes it the newest', () => {
  const ids = createRecentIds<string>(2);
  for (const id of ['a', 'b', 'a', 'c']) ids.add(id);
  expect(['a', 'b', 'c'].map(ids.has)).toEqual([true, false, true]);
  ids.delete('a');
  expect(ids.has('a')).toBe(false);
});
