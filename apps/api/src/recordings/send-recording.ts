import { problem } from '@redial/dialects';
import type { RequestHandler } from 'express';
import { requestingTenant } from '../auth/requesting-tenant.ts';
import { refuse } from '../http/refuse.ts';
import { type FindPorts, findRecording } from './find-recording.ts';
import { sendFromFolder } from './send-from-folder.ts';
import { sendFromUrl } from './send-from-url.ts';

/** Answers GET and HEAD with the recording that the path's `parameter` names, or a part of it, as a WAV file. */
export function sendRecording(parameter: string, ports: FindPorts): RequestHandler {
  return async (request, response) => {
    const found = await findRecording(request.params[parameter], requestingTenant(response.locals), ports);
    if (found === undefined) return refuse(response, problem('recording_not_found'));
    response.set('Cache-Control', 'private, no-store');
    const refusal =
      'folder' in found.at
        ? await sendFromFolder(response, found.at.folder, found.file)
        : await sendFromUrl(request, response, found.at.url, found.file);
    if (refusal !== undefined) refuse(response, refusal);
  };
}
