import { type FieldError, problem, shorten } from '@redial/dialects';
import express, { type Request, type RequestHandler } from 'express';
import { contentTypeOf } from './content-type.ts';
import { refuse } from './refuse.ts';

export const multipart = 'multipart/form-data';

export function isMultipart(request: Pick<Request, 'headers'>): boolean {
  return contentTypeOf(request) === multipart;
}

/**
 * Reads a multipart form of at most this many bytes, such as PHP's cURL sends of an array and `curl -F` does, and leaves every other body for
 * whoever comes next. Its fields, in their order, are the urlencoded form that `keep` is given: from there on the two are the same.
 */
export function multipartBody(
  bytesMax: number,
  keep: (fields: URLSearchParams, ...served: Parameters<RequestHandler>) => void,
): RequestHandler[] {
  const read: RequestHandler = async (request, response, next) => {
    const { body, headers } = request;
    if (!Buffer.isBuffer(body)) return next();
    const fields = await fieldsOf(body, headers['content-type'] ?? '');
    if (fields === undefined) return refuse(response, problem('malformed_request'));
    const errors = fields.flatMap(([name, value]) => (typeof value === 'string' ? [] : [fileError(name)]));
    if (errors.length > 0) return refuse(response, problem('malformed_request', { errors }));
    return keep(new URLSearchParams(fields as [string, string][]), request, response, next);
  };
  return [express.raw({ limit: bytesMax, type: (request) => isMultipart(request) }), read];
}

/** Undefined: it is none, whatever its header says. */
async function fieldsOf(bytes: Buffer, contentType: string): Promise<[string, string | File][] | undefined> {
  try {
    return [...(await new Response(new Uint8Array(bytes), { headers: { 'content-type': contentType } }).formData())];
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function fileError(name: string): FieldError {
  return { field: shorten(name.replaceAll(/\p{C}/gu, '?')), message: 'is a file, and must be text' };
}
