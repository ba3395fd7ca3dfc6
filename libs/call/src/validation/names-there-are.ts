const namesMax = 10;

/** The names that are allowed where one is unknown: `: there are main, backup and 3 more`. It ends a sentence. */
export function namesThereAre(written: readonly string[]): string {
  const names = [...new Set(written)];
  const [first] = names;
  if (first === undefined) return ': there is none';
  if (names.length === 1) return `: there is ${first}`;
  const more = names.length - namesMax;
  return `: there are ${names.slice(0, namesMax).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
