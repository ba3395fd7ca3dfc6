import { duplicateKeys, fieldName, problem } from '@redial/dialects';
import express, { type Request, type RequestHandler } from 'express';
import { charsetOf, decoderOf, isAsciiCompatible, isUtf8, notInCharset, unknownCharset } from './charset.ts';
import { contentTypeOf } from './content-type.ts';
import { escapedBytes, reescaped } from './form-bytes.ts';
import { isMultipart, multipart, type ReadForm, readMultipart } from './multipart.ts';
import { refuse } from './refuse.ts';

/** How an error names a field: by a JSON pointer, or by the vendor's name. */
type FieldNames = 'pointers' | 'names';

/**
 * Reads a JSON body of at most this many bytes, decompressed. Another Content-Type and an unknown charset are refused
 * before any byte is read.
 */
export function jsonBody(bytesMax: number, fields: FieldNames = 'pointers'): RequestHandler[] {
  return [requireType(json), bytes(bytesMax), parseJson(fields)];
}

/**
 * Reads a form body, urlencoded or multipart, or a JSON body, if there is one. A field that comes twice in a form
 * becomes a list, which no field accepts.
 */
export function formBody(bytesMax: number): RequestHandler[] {
  const parse: RequestHandler = async (request, response, next) => {
    if (isEmpty(request)) return next();
    if (contentTypeOf(request) === json) return parseJson('names')(request, response, next);
    const read = await readForm(request);
    if (!read.ok) return refuse(response, read.problem);
    const { fields } = read;
    if (fields.size > fieldsMax) return refuse(response, problem('malformed_request'));
    request.body = Object.fromEntries(
      [...new Set(fields.keys())].map((name) => {
        const [first, ...more] = fields.getAll(name);
        return [name, more.length === 0 ? first : [first, ...more]];
      }),
    );
    return next();
  };
  return [ifBody(requireType(form, multipart, json)), bytes(bytesMax), parse];
}

/**
 * Takes a form body, or a JSON body where `withJson`, or none, as text. Bytes beyond ASCII in a form are escaped: with
 * `withJson` the bytes that were sent, whose charset is `rawCharsetOf`; else as UTF-8. A multipart form becomes the
 * urlencoded text of the same fields.
 */
export function rawBody(bytesMax: number, { withJson }: { readonly withJson: boolean }): RequestHandler[] {
  const parse: RequestHandler = async (request, response, next) => {
    if (isEmpty(request)) return next();
    const { body } = request;
    const charset = charsetOf(request.headers['content-type']);
    if (contentTypeOf(request) === json) {
      const text = decoderOf(charset)?.(body);
      // Without another charset, the dialect reports which of the values is not text.
      request.body = text ?? (isUtf8(charset) ? body.toString('utf8') : undefined);
      return request.body === undefined ? refuse(response, notInCharset(charset)) : next();
    }
    if (withJson && !isMultipart(request) && isAsciiCompatible(charset)) {
      request.body = escapedBytes(body);
      return next();
    }
    const read = await readForm(request);
    if (!read.ok) return refuse(response, read.problem);
    request.body = read.fields.toString();
    return next();
  };
  return [ifBody(requireType(...(withJson ? [json] : []), form, multipart)), bytes(bytesMax), parse];
}

/** The type of a body that `rawBody` has read: lower case, without parameters; empty if the header is absent. */
export function rawTypeOf(request: Request): string {
  return isMultipart(request) ? form : contentTypeOf(request);
}

/** The charset of the escapes in a text that `rawBody` has read; undefined: UTF-8. */
export function rawCharsetOf(request: Request): string | undefined {
  const charset = charsetOf(request.headers['content-type']);
  const isAsSent = contentTypeOf(request) === form && isAsciiCompatible(charset) && !isUtf8(charset);
  return isAsSent ? charset : undefined;
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const fieldsMax = 50;

/** A body of no bytes counts as none, even if headers announce one: the fields may be in the URL. */
function isEmpty(request: Request): boolean {
  const isBody = Buffer.isBuffer(request.body) && request.body.length > 0;
  if (!isBody) request.body = undefined;
  return !isBody;
}

/** Any body, decompressed. */
function bytes(bytesMax: number): RequestHandler {
  return express.raw({ limit: bytesMax, type: () => true });
}

function parseJson(fields: FieldNames): RequestHandler {
  return (request, response, next) => {
    const { body } = request;
    if (!Buffer.isBuffer(body)) return next();
    const charset = charsetOf(request.headers['content-type']);
    const text = decoderOf(charset)?.(body);
    if (text === undefined) return refuse(response, notInCharset(charset));
    if (text === '') {
      request.body = {};
      return next();
    }
    try {
      request.body = JSON.parse(text);
    } catch {
      return refuse(response, problem('malformed_body'));
    }
    const twice = duplicateKeys(text);
    if (twice.length === 0) return next();
    const errors = twice.map((pointer) => ({
      field: fields === 'names' ? fieldName(pointer) : pointer,
      message: 'comes more than once',
    }));
    return refuse(response, problem('invalid_request', { errors }));
  };
}

/** A form whose charset is known: `requireType` has refused the others. */
async function readForm(request: Request): Promise<ReadForm> {
  const { body, headers } = request;
  const charset = charsetOf(headers['content-type']);
  if (isMultipart(request)) return readMultipart(body, headers['content-type'] ?? '', charset);
  const text = inUtf8(body, charset);
  return text === undefined
    ? { ok: false, problem: notInCharset(charset) }
    : { ok: true, fields: new URLSearchParams(text) };
}

/** An urlencoded form whose escapes are UTF-8; undefined if a part is not in its charset. */
function inUtf8(body: Buffer, charset: string | undefined): string | undefined {
  if (isUtf8(charset)) return escapedBytes(body);
  const decode = decoderOf(charset);
  if (decode === undefined) return undefined;
  return isAsciiCompatible(charset) ? reescaped(escapedBytes(body), decode) : decode(body);
}

function requireType(...contentTypes: readonly string[]): RequestHandler {
  return (request, response, next) => {
    const charset = charsetOf(request.headers['content-type']);
    if (!contentTypes.includes(contentTypeOf(request))) {
      refuse(
        response,
        problem('unsupported_media_type', {
          detail: `This address takes ${contentTypes.join(' or ')}.`,
          headers: { Accept: contentTypes.join(', ') },
        }),
      );
    } else if (charset !== undefined && decoderOf(charset) === undefined) refuse(response, unknownCharset(charset));
    else next();
  };
}

function ifBody(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const { 'transfer-encoding': encoding, 'content-length': length = '0' } = request.headers;
    if (encoding === undefined && Number(length) === 0) next();
    else handler(request, response, next);
  };
}
