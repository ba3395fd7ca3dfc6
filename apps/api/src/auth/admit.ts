import type { Authenticated } from '@redial/dialects';
import type { Request, RequestHandler, Response } from 'express';
import { withholdFromOthers } from '../http/cross-origin.ts';
import { refuse } from '../http/refuse.ts';
import type { GuardLogins } from './guard-logins.ts';

/** Who asks, from what a request shows. */
export type Identify = (request: Request, response: Response) => Authenticated;

/** Failures that somebody may repeat in order to guess. */
const guessable: readonly string[] = ['unauthenticated', 'access_denied'];

/** Lets a request on whose tenant is known. Others are counted, and refused. `api`: which credentials these are. */
export function admit(api: string, identify: Identify, guard: GuardLogins): RequestHandler {
  return async (request, response, next) => {
    const identified = identify(request, response);
    const { account } = identified;
    if (identified.ok) {
      response.locals['tenant'] = identified.tenant;
      withholdFromOthers(response, identified.tenant, request.get('origin'));
    } else if (!guessable.includes(identified.problem.code)) return refuse(response, identified.problem);
    const problem = identified.ok ? undefined : identified.problem;
    return guard({ api, account, problem }, request, response, next);
  };
}
