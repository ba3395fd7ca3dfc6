import { problem } from '@redial/dialects';
import express, { type RequestHandler } from 'express';
import { refuse } from './refuse.ts';

/** Reads a JSON body of at most this many bytes, unpacked. Another Content-Type is refused before a byte is read. */
export function jsonBody(bytesMax: number): RequestHandler[] {
  return [wants('application/json'), express.json({ limit: bytesMax, strict: false, type: () => true })];
}

/** Reads a form body. A field that comes twice is a list, which no field of ours is. */
export function formBody(bytesMax: number): RequestHandler[] {
  return [
    wants('application/x-www-form-urlencoded'),
    express.urlencoded({ limit: bytesMax, extended: false, parameterLimit: 50, type: () => true }),
  ];
}

function wants(contentType: string): RequestHandler {
  return (request, response, next) => {
    const given = (request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase();
    if (given === contentType) next();
    else {
      refuse(
        response,
        problem('unsupported_media_type', {
          detail: `This address takes ${contentType}.`,
          headers: { Accept: contentType },
        }),
      );
    }
  };
}
