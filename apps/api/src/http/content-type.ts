import type { Request } from 'express';

/** Lower case, without parameters; empty if the header is absent. */
export function contentTypeOf({ headers }: Pick<Request, 'headers'>): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
