/**
 * A value of PHP's. A string holds PHP's bytes, one character (U+0000 to U+00FF) for each. So bytes that are not UTF-8
 * survive unchanged. bigint is PHP's int, number its float.
 */
export type PhpValue = string | bigint | number | boolean | null | PhpArray;

/**
 * In PHP's order, by the first occurrence of a key. An object would put integer-like keys first, and has a `__proto__`.
 */
export interface PhpArray extends ReadonlyMap<string, PhpValue> {}

export type PhpScalar = Exclude<PhpValue, null | PhpArray>;

/** Steps of a name, or lists and objects in each other. */
export const depthMax = 8;
export const pairsMax = 200;

export function isPhpArray(value: PhpValue | undefined): value is PhpArray {
  return value instanceof Map;
}

/** Text → PHP's bytes. */
export function bytesOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** PHP's bytes → text; undefined if they are not UTF-8. */
export function textOf(bytes: string): string | undefined {
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  return bytesOf(text) === bytes ? text : undefined;
}
