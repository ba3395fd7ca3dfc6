import { type Problem, problem } from '@redial/dialects';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { clientAddress } from '../http/plain-address.ts';
import { refuse } from '../http/refuse.ts';
import type { IpAllowList } from './ip-allow-list.ts';
import type { LoginLock } from './login-lock.ts';

/** Credentials, and whether they are right. */
export interface Login {
  /** Whose login it is: a vendor's, the dashboard's, … */
  readonly api: string;
  /** The known account that they name. Absent: none, or a key that cannot be guessed. */
  readonly account?: string | undefined;
  /** Why they are refused; absent: they are right. */
  readonly problem?: Problem | undefined;
}

/** Serves a request with right credentials. Refuses others: with their problem, or because there were too many. */
export type GuardLogins = (login: Login, request: Request, response: Response, next: NextFunction) => Promise<void>;

interface GuardPorts {
  readonly lock: LoginLock;
  readonly limitFailedLogins: RequestHandler;
  /** Clients at these addresses are never held up. */
  readonly isTrusted: IpAllowList;
}

export function guardLogins({ lock, limitFailedLogins, isTrusted }: GuardPorts): GuardLogins {
  return async ({ api, account, problem: wrong }, request, response, next) => {
    const isGuarded = account !== undefined && !isTrusted(request.socket.remoteAddress);
    const guess = isGuarded ? { api, account, address: clientAddress(request) } : undefined;
    const heldMs = guess === undefined ? 0 : await lock.tried(guess, wrong === undefined);
    if (heldMs > 0) return refuse(response, tooMany(heldMs));
    if (wrong === undefined) return next();
    if (guess !== undefined) {
      response.locals['tooManyFailedLogins'] = async () => refuse(response, tooMany(await lock.hold(guess)));
    }
    await limitFailedLogins(request, response, (error) =>
      error === undefined ? refuse(response, wrong) : next(error),
    );
  };
}

function tooMany(ms: number): Problem {
  return problem('too_many_requests', { headers: { 'Retry-After': String(Math.max(1, Math.ceil(ms / 1_000))) } });
}
