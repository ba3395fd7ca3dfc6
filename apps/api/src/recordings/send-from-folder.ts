import { realpath } from 'node:fs/promises';
import { isAbsolute, relative } from 'node:path';
import { type Problem, problem } from '@redial/dialects';
import type { Response } from 'express';

/**
 * Sends a file below a folder of this host, with ranges and conditions by RFC 9110. Resolves when it is sent or the
 * client has gone, or with the problem. A symbolic link out of the folder counts as missing.
 */
export async function sendFromFolder(response: Response, folder: string, file: string): Promise<Problem | undefined> {
  const place = await placeOf(folder, file);
  if (place === undefined) return problem('recording_not_found');
  return new Promise((resolve, reject) => {
    const options = { root: place.root, cacheControl: false, headers: { 'Content-Type': 'audio/wav' } };
    response.sendFile(place.path, options, (error?: SendError) => {
      if (error === undefined || response.headersSent || response.destroyed) return resolve(undefined);
      const refusal = refusalOf(error, response);
      for (const name of ofTheFile) response.removeHeader(name);
      if (refusal === undefined) reject(error);
      else resolve(refusal);
    });
  });
}

type SendError = Error & { readonly status?: number; readonly code?: string };

/** Undefined: an error of this host. */
function refusalOf({ status, code }: SendError, response: Response): Problem | undefined {
  if (status === 404 || code === 'EISDIR') return problem('recording_not_found');
  if (status === 412) return problem('version_conflict', { detail: 'The recording is not the one that you mean.' });
  if (status === 416) {
    const size = String(response.getHeader('Content-Range'));
    return problem('range_not_satisfiable', { headers: { 'Content-Range': size } });
  }
  return undefined;
}

/** Headers that `send` may have set before it found that it cannot send the file. */
const ofTheFile = ['Accept-Ranges', 'Content-Range', 'Last-Modified'];

/** The file's real path, with links resolved; undefined if it is not in the folder. */
async function placeOf(
  folder: string,
  file: string,
): Promise<{ readonly root: string; readonly path: string } | undefined> {
  try {
    const root = await realpath(folder);
    const path = relative(root, await realpath(`${root}/${file}`));
    return path.startsWith('..') || isAbsolute(path) ? undefined : { root, path };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG';
}
