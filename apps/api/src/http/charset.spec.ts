import { expect, it } from 'vitest';
import { charsetOf, decoderOf, isAsciiCompatible } from './charset.ts';

const utf16be = (text: string) => Buffer.from(text, 'utf16le').swap16();

it.each([
  ['utf-16', (text: string) => Buffer.from(text, 'utf16le')],
  ['utf-16', utf16be],
  ['utf-16le', (text: string) => Buffer.from(text, 'utf16le')],
  ['utf-16be', utf16be],
  ['ucs-2', (text: string) => Buffer.from(text, 'utf16le')],
  ['unicode', (text: string) => Buffer.from(text, 'utf16le')],
])('%s has two bytes for a character of ASCII', (charset, encode) => {
  expect(isAsciiCompatible(charset)).toBe(false);
  expect(decoderOf(charset)?.(encode('agent=Zoë'))).toBe('agent=Zoë');
});

it.each([undefined, 'utf-8', 'us-ascii', 'latin1', 'cp1252', 'shift_jis'])('%s has one', (charset) => {
  expect(isAsciiCompatible(charset)).toBe(true);
  expect(decoderOf(charset)?.(Buffer.from('agent=1001'))).toBe('agent=1001');
});

it.each(['utf-7', 'utf-32', 'x-klingon'])('%s is not known', (charset) => {
  expect(decoderOf(charset)).toBeUndefined();
});

it('is found in every spelling of a Content-Type', () => {
  const written = ['text/plain; charset=Latin1', 'text/plain;charset="latin1"', 'a/b; q=1 ; charset = latin1; x=y'];
  expect(written.map(charsetOf)).toEqual(['latin1', 'latin1', 'latin1']);
  expect(['', 'text/plain', 'text/plain; charset='].map(charsetOf)).toEqual([undefined, undefined, undefined]);
});
