import { type Problem, problem } from '@redial/dialects';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { clientAddress } from '../http/plain-address.ts';
import { refuse } from '../http/refuse.ts';
import type { IpAllowList } from './ip-allow-list.ts';
import type { LoginLock } from './login-lock.ts';

/** What became of somebody's credentials. */
export interface Login {
  /** Which login it is: a vendor's, the dashboard's, … */
  readonly api: string;
  /** The known account that they name. Absent: none, or one of keys that nobody can guess. */
  readonly account?: string | undefined;
  /** Why they are refused; absent: they are right. */
  readonly problem?: Problem | undefined;
}

/** Lets right credentials on, and refuses wrong ones: with their problem, or because there were too many. */
export type GuardLogins = (login: Login, request: Request, response: Response, next: NextFunction) => Promise<void>;

export interface GuardPorts {
  readonly lock: LoginLock;
  readonly limitFailedLogins: RequestHandler;
  /** From there nobody is held up. */
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
