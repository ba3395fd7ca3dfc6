/** Control and format characters, and every space except the ASCII one: U+00A0, U+200B, U+202A, U+FEFF … */
const invisible = /(?! )[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;
const namedMost = 3;

/** `holds characters that cannot be seen: U+202A at the start`. Undefined where all characters are visible. */
export function invisibleCharacters(text: string): string | undefined {
  const found: string[] = [];
  for (const { 0: character, index } of text.matchAll(invisible)) {
    if (found.length === namedMost) {
      found.push('and more');
      break;
    }
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const end = index + character.length;
    const place = index === 0 ? 'at the start' : end === text.length ? 'at the end' : `at character ${index + 1}`;
    found.push(`U+${code} ${place}`);
  }
  return found.length === 0 ? undefined : `holds characters that cannot be seen: ${found.join(', ')}`;
}
