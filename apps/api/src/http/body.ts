import { problem } from '@redial/dialects';
import express, { type Request, type RequestHandler } from 'express';
import { contentTypeOf } from './content-type.ts';
import { isMultipart, multipart, multipartBody } from './multipart.ts';
import { refuse } from './refuse.ts';

/** Reads a JSON body of at most this many bytes, unpacked. Another Content-Type is refused before a byte is read. */
export function jsonBody(bytesMax: number): RequestHandler[] {
  return [wants(json), express.json({ limit: bytesMax, strict: false, type: () => true })];
}

/** Reads a form body, urlencoded or multipart, if there is one. A field that comes twice is a list, which no field of ours is. */
export function formBody(bytesMax: number): RequestHandler[] {
  return [
    whereThereIsABody(wants(form, multipart)),
    express.urlencoded({ limit: bytesMax, extended: false, parameterLimit: fieldsMax, type: notMultipart }),
    ...multipartBody(bytesMax, (fields, request, response, next) => {
      if (fields.size > fieldsMax) return refuse(response, problem('malformed_request'));
      request.body = Object.fromEntries(
        [...new Set(fields.keys())].map((name) => {
          const [first, ...more] = fields.getAll(name);
          return [name, more.length === 0 ? first : [first, ...more]];
        }),
      );
      next();
    }),
  ];
}

/** Takes a form body, and a JSON body where `withJson`, or none, as the text that was sent. A multipart form becomes the urlencoded text of the same fields. */
export function rawBody(bytesMax: number, { withJson }: { readonly withJson: boolean }): RequestHandler[] {
  return [
    whereThereIsABody(wants(...(withJson ? [json] : []), form, multipart)),
    express.text({ limit: bytesMax, type: notMultipart }),
    ...multipartBody(bytesMax, (fields, request, _response, next) => {
      request.body = fields.toString();
      next();
    }),
  ];
}

/** What `rawBody` has read: lower case, without parameters; empty where the header is not there. */
export function rawTypeOf(request: Request): string {
  return isMultipart(request) ? form : contentTypeOf(request);
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
const fieldsMax = 50;

function notMultipart(request: Pick<Request, 'headers'>): boolean {
  return !isMultipart(request);
}

function wants(...contentTypes: readonly string[]): RequestHandler {
  return (request, response, next) => {
    if (contentTypes.includes(contentTypeOf(request))) next();
    else {
      refuse(
        response,
        problem('unsupported_media_type', {
          detail: `This address takes ${contentTypes.join(' or ')}.`,
          headers: { Accept: contentTypes.join(', ') },
        }),
      );
    }
  };
}

function whereThereIsABody(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const { 'transfer-encoding': encoding, 'content-length': length = '0' } = request.headers;
    if (encoding === undefined && Number(length) === 0) next();
    else handler(request, response, next);
  };
}
