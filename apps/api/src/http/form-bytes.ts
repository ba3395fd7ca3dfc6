import type { Decode } from './charset.ts';

/** An urlencoded form as ASCII: other bytes are escaped one by one, so that none is lost. */
export function escapedBytes(bytes: Buffer): string {
  return bytes
    .toString('latin1')
    .replaceAll(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The same form with its escapes in UTF-8; undefined if a part is not in the charset. */
export function reescaped(form: string, decode: Decode): string | undefined {
  let isWhole = true;
  const text = form.replaceAll(/[^&=]+/g, (part) => {
    const decoded = decode(bytesIn(part));
    if (decoded === undefined) isWhole = false;
    return encodeURIComponent((decoded ?? '').toWellFormed());
  });
  return isWhole ? text : undefined;
}

/** A name or a value → its bytes. A `%` that starts no escape stands for itself. */
function bytesIn(part: string): Buffer {
  const bytes = part
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}
