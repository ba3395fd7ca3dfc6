import { printedFloat } from './php-float.ts';
import { isPhpArray, type PhpArray, type PhpScalar } from './php-value.ts';

/**
 * Writes the same bytes as PHP's `http_build_query($array)`: the keys in their order, nested ones in escaped brackets.
 * Null and empty arrays give nothing; true and false are 1 and 0. Source: php-src, ext/standard/http.c.
 */
export function httpBuildQuery(array: PhpArray): string {
  return pairsOf(array, (key) => key).join('&');
}

function pairsOf(array: PhpArray, nameOf: (key: string) => string): string[] {
  return [...array].flatMap(([key, value]) => {
    const name = nameOf(urlencode(key));
    if (value === null) return [];
    if (isPhpArray(value)) return pairsOf(value, (inner) => `${name}%5B${inner}%5D`);
    return [`${name}=${urlencode(printed(value))}`];
  });
}

/** A value as a form carries it, in bytes. */
export function printed(value: PhpScalar): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? '1' : '0';
    case 'bigint':
      return value.toString();
    case 'number':
      return printedFloat(value);
  }
}

/** PHP's `urlencode` (RFC 1738): a space is `+`, and of the marks only `-_.` stay; `~` does not. */
function urlencode(bytes: string): string {
  return bytes.replaceAll(/[^A-Za-z0-9_.-]/g, (byte) =>
    byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
