import { type HttpReply, type Problem, problem } from '@redial/dialects';
import type { Logger } from '@redial/platform';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { problemOf } from './problem-of.ts';
import { sendReply } from './send-reply.ts';

export type Refusal = (problem: Problem, requestId?: string) => HttpReply;

/** From here on, problems are written in this dialect's own form. */
export function refuseAs(refusal: Refusal): RequestHandler {
  return (_request, response, next) => {
    response.locals['refusal'] = refusal;
    next();
  };
}

export function refuse(response: Response, problem: Problem): void {
  const refusal = response.locals['refusal'] as Refusal;
  sendReply(response, refusal(problem, response.getHeader('X-Request-Id')?.toString()));
}

/** With two Host headers, a proxy in front may have used the other one (RFC 9112, 3.2). */
export const refuseTwoHosts: RequestHandler = ({ rawHeaders }, response, next) => {
  const hosts = rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1)
    refuse(response, problem('malformed_request', { detail: 'There is more than one Host header.' }));
  else next();
};

/** The last handler: every exception ends here, as a problem. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const found = problemOf(error);
    if (found.code === 'internal') logger.error({ error }, 'request failed');
    if (found.code === 'storage_unavailable') logger.error({ error }, 'storage unavailable');
    if (response.headersSent) return void response.destroy();
    try {
      refuse(response, found);
    } catch (failure) {
      // Express' own answer would show file names of this machine.
      logger.error({ error: failure }, 'a refusal could not be put into words');
      response.status(500).type('text').end('Internal error');
    }
  };
}
