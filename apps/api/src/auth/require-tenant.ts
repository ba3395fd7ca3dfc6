import type { TenantConfiguration } from '@redial/configuration';
import type { Authenticated } from '@redial/dialects';
import type { Request, RequestHandler, Response } from 'express';
import { withholdFromOthers } from '../http/cross-origin.ts';
import { refuse } from '../http/refuse.ts';
import type { GuardLogins } from './guard-logins.ts';

/** The tenant of a request, by its credentials. */
export type Authenticate = (
  request: Request,
  response: Response,
) =>
  | (Extract<Authenticated, { ok: true }> & { readonly tenant: TenantConfiguration })
  | Extract<Authenticated, { ok: false }>;

/** Failures that a client may repeat in order to guess. */
const guessable: readonly string[] = ['unauthenticated', 'access_denied'];

/** Serves requests whose tenant is known. Others are counted and refused. `api`: which credentials these are. */
export function requireTenant(api: string, authenticate: Authenticate, guard: GuardLogins): RequestHandler {
  return async (request, response, next) => {
    const authenticated = authenticate(request, response);
    const { account } = authenticated;
    if (authenticated.ok) {
      response.locals['tenant'] = authenticated.tenant;
      withholdFromOthers(response, authenticated.tenant, request.get('origin'));
    } else if (!guessable.includes(authenticated.problem.code)) return refuse(response, authenticated.problem);
    const problem = authenticated.ok ? undefined : authenticated.problem;
    return guard({ api, account, problem }, request, response, next);
  };
}
