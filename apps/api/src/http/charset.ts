import { type Problem, problem, shorten } from '@redial/dialects';

/** Bytes → text; undefined if they are not in the charset. */
export type Decode = (bytes: Uint8Array) => string | undefined;

/** The parameter `charset` of a Content-Type, lower case and without quotes; undefined if there is none. */
export function charsetOf(contentType = ''): string | undefined {
  const given = /;\s*charset\s*=\s*(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  return (given?.[1] ?? given?.[2])?.trim().toLowerCase() || undefined;
}

/** US-ASCII is a part of UTF-8: bytes beyond ASCII are most likely UTF-8. */
export function isUtf8(charset: string | undefined): boolean {
  return charset === undefined || /^(utf-?8|(us-)?ascii|unicode-1-1-utf-8)$/.test(charset);
}

/** Whether an ASCII character is one byte of it. */
export function isAsciiCompatible(charset: string | undefined): boolean {
  return !encodingOf(charset)?.startsWith('utf-16');
}

/**
 * Every charset of the Encoding Standard, by any of its labels; undefined for others. A byte order mark is not part of
 * the text.
 */
export function decoderOf(charset: string | undefined): Decode | undefined {
  const encoding = encodingOf(charset);
  if (encoding === undefined) return undefined;
  if (encoding === 'utf-16') return (bytes) => decoded(isBigEndian(bytes) ? 'utf-16be' : 'utf-16le', bytes);
  return (bytes) => decoded(encoding, bytes);
}

/** A label → its name in the Encoding Standard. For `utf-16` the bytes show which of the two it is. */
function encodingOf(charset: string | undefined): string | undefined {
  if (isUtf8(charset)) return 'utf-8';
  if (charset === 'utf-16') return charset;
  try {
    return new TextDecoder(charset).encoding;
  } catch {
    return undefined;
  }
}

/** By its byte order mark, or because the text begins with ASCII, as JSON and forms do. */
function isBigEndian([first]: Uint8Array): boolean {
  return first === 0xfe || first === 0;
}

function decoded(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function unknownCharset(charset: string): Problem {
  const message = `has the charset "${shorten(charset)}", which is not known here: send utf-8`;
  return problem('unsupported_media_type', {
    detail: `Content-Type ${message}.`,
    errors: [{ field: 'Content-Type', message }],
  });
}

export function notInCharset(charset: string | undefined): Problem {
  return problem('malformed_body', { detail: `The body is not text in ${shorten(charset ?? 'utf-8')}.` });
}
