import type { DialectRoute, RawInput } from '@redial/dialects';
import type { Request, RequestHandler, Response } from 'express';
import { formBody, jsonBody, rawBody, rawCharsetOf, rawTypeOf } from '../http/body.ts';

const bodyBytesMax = 16 * 1024;
const rawBodyBytesMax = 64 * 1024;

/** Reads a request as its route takes it. Afterwards `inputOf` returns it, for answers and refusals. */
export function readInput(takes: DialectRoute['takes']): RequestHandler[] {
  switch (takes) {
    case 'json':
      return [...jsonBody(bodyBytesMax, 'names'), keep((request) => request.body)];
    case 'form':
      // A POST whose fields are in its URL has no body.
      return [...formBody(bodyBytesMax), keep((request) => request.body ?? { ...request.query })];
    case 'query':
      return [keep((request) => ({ ...request.query }))];
    case 'raw':
    case 'raw-form':
      return [
        readQuery,
        ...rawBody(rawBodyBytesMax, { withJson: takes === 'raw' }),
        keep((request) => rawInput(request, takes)),
      ];
  }
}

/** The query alone, so that a refusal can read it before the body is read. */
export const readQuery: RequestHandler = keep((request) => ({ ...rawInput(request, 'raw-form'), body: '' }));

/** Undefined if it could not be read. */
export function inputOf(response: Response): unknown {
  return response.locals['input'];
}

function keep(input: (request: Request) => unknown): RequestHandler {
  return (request, response, next) => {
    response.locals['input'] = input(request);
    next();
  };
}

function rawInput(request: Request, takes: 'raw' | 'raw-form'): RawInput {
  const { originalUrl, body } = request;
  const mark = originalUrl.indexOf('?');
  const charset = rawCharsetOf(request);
  return {
    contentType: rawTypeOf(request),
    ...(takes === 'raw' && charset !== undefined && { charset }),
    query: mark === -1 ? '' : originalUrl.slice(mark + 1),
    body: typeof body === 'string' ? body : '',
  };
}
