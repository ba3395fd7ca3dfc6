import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream } from 'node:stream/web';
import { type Problem, problem } from '@redial/dialects';
import { splitLogin } from '@redial/platform';
import type { Request, Response } from 'express';

/** Until the first byte. The rest is sent as fast as the client takes it. */
const answerWithinMs = 10_000;

/** Headers of the PBX's server that describe the bytes. */
const passedOn = ['content-length', 'content-range', 'accept-ranges', 'last-modified', 'etag'];

/**
 * Passes on a file from a PBX's HTTP server: range, status and lengths are the server's. Resolves when it is sent or
 * the client has gone, or with the problem, which never shows the address. The operator configures the address.
 * Redirects are not followed.
 */
export async function sendFromUrl(
  request: Request,
  response: Response,
  address: string,
  file: string,
): Promise<Problem | undefined> {
  const leaving = new AbortController();
  response.once('close', () => leaving.abort());
  const answer = await fetchFile(request, address, file, leaving);
  if (leaving.signal.aborted) return undefined;
  const refusal = answer === undefined ? unavailable : refusalOf(answer, request);
  if (answer === undefined || refusal !== undefined) {
    await answer?.body?.cancel().catch(() => undefined);
    return refusal;
  }
  for (const name of passedOn) {
    const value = answer.headers.get(name);
    if (value !== null) response.set(name, value);
  }
  response.status(answer.status).set('Content-Type', 'audio/wav');
  await passOn(answer, request, response);
  return undefined;
}

/** Undefined: its server is not reachable, or does not answer in time, or the client has gone. */
async function fetchFile(
  request: Request,
  address: string,
  file: string,
  leaving: AbortController,
): Promise<globalThis.Response | undefined> {
  const { url, authorization } = splitLogin(address);
  const timer = new AbortController();
  const timeout = setTimeout(() => timer.abort(), answerWithinMs);
  try {
    return await fetch(below(url, file), {
      method: request.method === 'HEAD' ? 'HEAD' : 'GET',
      headers: { ...unpacked(request), ...(authorization !== undefined && { authorization }) },
      redirect: 'manual',
      signal: AbortSignal.any([leaving.signal, timer.signal]),
    });
  } catch {
    return undefined;
  } finally {
    clearTimeout(timeout);
  }
}

/** Compressed bytes would not have the file's length. For a range, fetch itself requests uncompressed bytes. */
function unpacked(request: Request): Record<string, string> {
  const range = rangeOf(request);
  return range['range'] === undefined ? { 'accept-encoding': 'identity' } : range;
}

/**
 * One range. Other units and forms are ignored (RFC 9110, 14.2). So are several ranges: their answer is multipart, not
 * audio.
 */
function rangeOf(request: Request): Record<string, string> {
  const range = request.get('range') ?? '';
  if (!/^bytes=(?:[0-9]{1,15}-[0-9]{0,15}|-[0-9]{1,15})$/.test(range)) return {};
  const condition = request.get('if-range');
  return { range, ...(condition !== undefined && { 'if-range': condition }) };
}

function below(address: string, file: string): URL {
  const url = new URL(address);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/${file}`;
  return url;
}

const unavailable = problem('pbx_unavailable', {
  detail: 'The recording cannot be fetched just now. Try again.',
  headers: { 'Retry-After': '30' },
});

/** Undefined: the bytes follow. */
function refusalOf({ status, headers }: globalThis.Response, request: Request): Problem | undefined {
  switch (status) {
    case 200:
      return isPacked(headers) ? unavailable : undefined;
    case 206:
      return isPacked(headers) || rangeOf(request)['range'] === undefined ? unavailable : undefined;
    case 404:
    case 410:
      return problem('recording_not_found');
    case 416: {
      const size = headers.get('content-range');
      return problem('range_not_satisfiable', { ...(size !== null && { headers: { 'Content-Range': size } }) });
    }
    default:
      return unavailable;
  }
}

function isPacked(headers: Headers): boolean {
  return (headers.get('content-encoding') ?? 'identity') !== 'identity';
}

/** After the first byte, an error can only be signalled by closing the connection. */
async function passOn(answer: globalThis.Response, request: Request, response: Response): Promise<void> {
  if (answer.body === null || request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(Readable.fromWeb(answer.body as ReadableStream<Uint8Array>), response).catch(() => response.destroy());
}
