import type { Authenticated, Problem } from '@redial/dialects';
import type { Request, RequestHandler, Response } from 'express';
import { refuse } from '../http/refuse.ts';

/** Who asks, from what a request shows. */
export type Identify = (request: Request, response: Response) => Authenticated;

/** Failures that somebody may repeat in order to guess. */
const guessable: readonly string[] = ['unauthenticated', 'access_denied'];

/** Lets a request on whose tenant is known. Others are counted, and refused: too many of them because they are too many. */
export function admit(identify: Identify, limitFailedLogins: RequestHandler): RequestHandler {
  return (request, response, next) => {
    const identified = identify(request, response);
    if (identified.ok) {
      response.locals['tenant'] = identified.tenant;
      return next();
    }
    const { problem } = identified;
    if (!guessable.includes(problem.code)) return refuse(response, problem);
    return refuseLogin(problem, limitFailedLogins)(request, response, next);
  };
}

/** Counts a request whose credentials are nobody's, and refuses it: with this problem, or because there were too many. */
export function refuseLogin(problem: Problem, limitFailedLogins: RequestHandler): RequestHandler {
  return (request, response, next) =>
    limitFailedLogins(request, response, (error) => (error === undefined ? refuse(response, problem) : next(error)));
}
