import fc from 'fast-check';
import { expect, it } from 'vitest';
import { duplicateKeys } from './duplicate-keys.ts';

it.each<[string, string[]]>([
  ['{}', []],
  ['[]', []],
  ['"a"', []],
  ['{"a":1,"b":2}', []],
  ['{"a":1,"a":1}', ['/a']],
  ['{"a":1,"a":1,"a":1,"b":0,"b":0}', ['/a', '/b']],
  ['{"a":{"a":1}}', []],
  ['{"a":{"b":1},"c":{"b":1}}', []],
  ['{"a":{"b":1,"b":2}}', ['/a/b']],
  ['[{"a":1},{"a":1,"a":2}]', ['/1/a']],
  ['{"x":["a","a",{"a":"a"}],"y":"x"}', []],
  ['{"x":[[],[{}],{"k":[1,2],"k":0}]}', ['/x/2/k']],
  ['{"a":"{\\"b\\":1,\\"b\\":2}","c":"]"}', []],
  ['{"\\u0061":1,"a":2}', ['/a']],
  ['{"a\\\\":1,"a\\"":2}', []],
  ['{"":1,"":2}', ['/']],
  ['{"a/b~":1,"a/b~":2}', ['/a~1b~0']],
  ['{"__proto__":1,"__proto__":2}', ['/__proto__']],
  [' {\n"a" : 1 ,\t"a" : 2 } ', ['/a']],
])('%s: %j', (json, pointers) => {
  JSON.parse(json);
  expect(duplicateKeys(json)).toEqual(pointers);
});

it('finds none in what JSON.stringify writes', () => {
  fc.assert(fc.property(fc.json(), (json) => duplicateKeys(json).length === 0));
});

it('reports no more than twenty', () => {
  const twice = Array.from({ length: 50 }, (_, n) => `"k${n}":1,"k${n}":2`).join(',');
  expect(duplicateKeys(`{${twice}}`)).toHaveLength(20);
});
