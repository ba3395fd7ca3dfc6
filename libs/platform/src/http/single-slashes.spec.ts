import { expect, it } from 'vitest';
import { withSingleSlashes } from './single-slashes.ts';

it.each([
  ['/', '/'],
  ['//', '/'],
  ['//API/dialup.php?a=//b', '/API/dialup.php?a=//b'],
  ['/a///b//c/', '/a/b/c/'],
  ['/a?x=http://y//z', '/a?x=http://y//z'],
  ['/a#//b', '/a#//b'],
  ['http://host//a//b?c=//d', 'http://host/a/b?c=//d'],
  ['HTTP://host', 'HTTP://host'],
  ['//http://host//a', '/http:/host/a'],
  ['*', '*'],
  ['', ''],
])('%j is %j', (target, expected) => {
  expect(withSingleSlashes(target)).toBe(expected);
});
