import type { HttpReply } from '@redial/dialects';
import type { Response } from 'express';

/**
 * Does not use Express' `send`: that would answer 304 for a call whose attempts have changed under the same version.
 */
export function sendReply(response: Response, { status, headers, body }: HttpReply): void {
  if (response.headersSent) return;
  response.status(status).set({ 'Cache-Control': 'no-store', ...headers });
  response.set('Content-Length', String(Buffer.byteLength(body)));
  response.end(body);
}
