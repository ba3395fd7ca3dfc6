import type { Request } from 'express';

/** Lower case, without parameters; empty where the header is not there. */
export function contentTypeOf({ headers }: Pick<Request, 'headers'>): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
