import { type FieldError, type Problem, problem, shorten } from '@redial/dialects';
import type { Request } from 'express';
import { charsetOf, decoderOf, isUtf8, notInCharset, unknownCharset } from './charset.ts';
import { contentTypeOf } from './content-type.ts';

export const multipart = 'multipart/form-data';

export function isMultipart(request: Pick<Request, 'headers'>): boolean {
  return contentTypeOf(request) === multipart;
}

export type ReadForm =
  | { readonly ok: true; readonly fields: URLSearchParams }
  | { readonly ok: false; readonly problem: Problem };

/**
 * A multipart form, such as PHP's cURL sends for an array, or `curl -F` → its fields, in their order. The charset of
 * each field is that of its part, else that of the form.
 */
export async function readMultipart(
  bytes: Buffer,
  contentType: string,
  charset: string | undefined,
): Promise<ReadForm> {
  const form = bytes.toString('latin1');
  const entries = await entriesOf(form, contentType);
  if (entries === undefined) return refused(problem('malformed_request'));
  const errors = entries.flatMap(([name, value]) => (typeof value === 'string' ? [] : [fileError(textOf(name))]));
  if (errors.length > 0) return refused(problem('malformed_request', { errors }));
  const own = charsetsOfParts(form, contentType);
  const fields = new URLSearchParams();
  for (const [index, [name, value]] of entries.entries()) {
    const ofPart = (own.length === entries.length ? own[index] : undefined) ?? charset;
    const decode = decoderOf(ofPart);
    if (decode === undefined) return refused(unknownCharset(ofPart ?? ''));
    const text = (sent: string) => decode(Buffer.from(sent, 'latin1')) ?? (isUtf8(ofPart) ? textOf(sent) : undefined);
    const [field, content] = [text(name), text(String(value))];
    if (field === undefined || content === undefined) return refused(notInCharset(ofPart));
    fields.append(field, content);
  }
  return { ok: true, fields };
}

function refused(problem: Problem): ReadForm {
  return { ok: false, problem };
}

/** Names and values, one character for each byte. Undefined: the body is not a multipart form. */
async function entriesOf(form: string, contentType: string): Promise<[string, string | File][] | undefined> {
  try {
    // The parser reads every form as UTF-8. Therefore each byte becomes one character here.
    const body = new Uint8Array(Buffer.from(form, 'utf8'));
    return [...(await new Response(body, { headers: { 'content-type': contentType } }).formData())];
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The charset of each part, by its own Content-Type. */
function charsetsOfParts(form: string, contentType: string): (string | undefined)[] {
  const boundary = /;\s*boundary=(?:"([^"]*)"|([^;\s]*))/i.exec(contentType);
  const parts = form.split(`--${boundary?.[1] ?? boundary?.[2]}`).slice(1, -1);
  return parts.map((part) => {
    const headers = part.slice(0, part.indexOf('\r\n\r\n'));
    return charsetOf(/^content-type:(.*)$/im.exec(headers)?.[1]);
  });
}

function textOf(bytes: string): string {
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function fileError(name: string): FieldError {
  return { field: shorten(name.replaceAll(/\p{C}/gu, '?')), message: 'is a file, and must be text' };
}
