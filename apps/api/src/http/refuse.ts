import type { HttpReply, Problem } from '@redial/dialects';
import type { Logger } from '@redial/platform';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { problemOf } from './problem-of.ts';
import { sendReply } from './send-reply.ts';

export type Refusal = (problem: Problem, requestId?: string) => HttpReply;

/** From here on, what goes wrong is told in this dialect's own shape. */
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

/** The last handler: everything thrown below ends here, as a problem. */
export function answerErrors(logger: Logger): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    const problem = problemOf(error);
    if (problem.code === 'internal') logger.error({ err: error }, 'request failed');
    if (problem.code === 'storage_unavailable') logger.error({ err: error }, 'storage unavailable');
    if (response.headersSent) return void response.destroy();
    try {
      refuse(response, problem);
    } catch (err) {
      // Express' own words would hold the files of this machine.
      logger.error({ err }, 'a refusal could not be put into words');
      response.status(500).type('text').end('Internal error');
    }
  };
}
