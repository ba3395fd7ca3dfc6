import { expect, test } from 'vitest';
import { matches } from './if-match.ts';

test.each([
  ['"3"', true],
  ['"2", "3"', true],
  ['*', true],
  ['"2"', false],
  ['W/"3"', false],
  ['3', false],
  ['', false],
])('If-Match %j names version 3: %s', (header, isIt) => {
  expect(matches(header, 3)).toBe(isIt);
});
