import { problem } from '@redial/dialects';
import express, { type Request, type RequestHandler } from 'express';
import { refuse } from './refuse.ts';

/** Reads a JSON body of at most this many bytes, unpacked. Another Content-Type is refused before a byte is read. */
export function jsonBody(bytesMax: number): RequestHandler[] {
  return [wants(json), express.json({ limit: bytesMax, strict: false, type: () => true })];
}

/** Reads a form body. A field that comes twice is a list, which no field of ours is. */
export function formBody(bytesMax: number): RequestHandler[] {
  return [wants(form), express.urlencoded({ limit: bytesMax, extended: false, parameterLimit: 50, type: () => true })];
}

/** Takes a JSON or a form body, or none, as the text that was sent. */
export function rawBody(bytesMax: number): RequestHandler[] {
  return [whereThereIsABody(wants(json, form)), express.text({ limit: bytesMax, type: () => true })];
}

/** Lower case, without parameters; empty where the header is not there. */
export function contentTypeOf({ headers }: Request): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';

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
