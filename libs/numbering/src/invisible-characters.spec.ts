import { expect, it } from 'vitest';
import { invisibleCharacters } from './invisible-characters.ts';

it.each([
  ['\u202a0820061234\u202c', 'U+202A at the start, U+202C at the end'],
  ['082\u00a0006 1234', 'U+00A0 at character 4'],
  ['\ufeff1001', 'U+FEFF at the start'],
  ['1001\u200b', 'U+200B at the end'],
  ['1001\n', 'U+000A at the end'],
  ['10\u00ad01', 'U+00AD at character 3'],
  ['\u200b1\u200b2\u200b3\u200b4', 'U+200B at the start, U+200B at character 3, U+200B at character 5, and more'],
])('%j is reported', (text, found) => {
  expect(invisibleCharacters(text)).toBe(`holds characters that cannot be seen: ${found}`);
});

it.each(['0820061234', '082 006 1234', '', 'Zoë', '１００１', '🙂'])('%j can be seen', (text) => {
  expect(invisibleCharacters(text)).toBeUndefined();
});
