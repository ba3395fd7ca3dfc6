import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { problem } from '@redial/dialects';
import { basicLoginOf, userOfLogin } from '@redial/platform';
import type { Express, RequestHandler } from 'express';
import { type BasicLogin, isLogin } from '../auth/basic-login.ts';
import { isCrossSite } from '../auth/csrf.ts';
import type { GuardLogins } from '../auth/guard-logins.ts';
import { refuse } from '../http/refuse.ts';
import { securityHeaders } from '../http/security-headers.ts';
import type { Ports } from '../ports.ts';
import { isAllowed } from './allowed-actions.ts';
import { keepToThisHost } from './own-host.ts';
import { shown } from './shown.ts';

const dashboardPath = '/admin/queues';

const time = { hour: '2-digit', minute: '2-digit', second: '2-digit', timeZoneName: 'short' } as const;
const day = { day: 'numeric', month: 'short', ...time } as const;
/** Times of today, of this year, of another. In the browser's own zone, with its name, since logs have another zone. */
const dateFormats = { short: time, common: day, full: { year: 'numeric', ...day } } as const;

type BullQueue = ConstructorParameters<typeof BullMQAdapter>[0];

interface DashboardPorts extends Pick<Ports, 'queues' | 'admin' | 'logger' | 'store'> {
  readonly guardLogins: GuardLogins;
}

/** Bull Board behind a login. Without one configured there is no dashboard at all. */
export function mountDashboard(app: Express, { queues, store, admin, logger, guardLogins }: DashboardPorts): void {
  if (admin === undefined) {
    logger.info('the dashboard is off: set REDIAL_ADMIN_USER and REDIAL_ADMIN_PASSWORD to have it at /admin/queues');
    return;
  }
  const serverAdapter = new ExpressAdapter();
  serverAdapter.setBasePath(dashboardPath);
  createBullBoard({
    queues: queues.native.map((queue) => new BullMQAdapter(queue as BullQueue)),
    serverAdapter,
    options: {
      uiConfig: { boardTitle: 'Redial', hideRedisDetails: true, hideDocsLink: true, dateFormats },
      handlerHooks: {
        before: ({ method, route }) =>
          isAllowed(method, route)
            ? { allow: true }
            : { allow: false, status: 405, message: 'Redial does not let the dashboard do this.' },
        after: (context, result) => shown(context, result, store),
      },
    },
  });
  serverAdapter.setErrorHandler(answerFault);
  const board = serverAdapter.getRouter() as Express;
  board.disable('x-powered-by');
  keepToThisHost(board);
  const login = requireLogin(admin, guardLogins);
  app.use(dashboardPath, securityHeaders({ styles: 'inline' }), login, refuseForgery, refuseNul, notStored, board);
}

type ErrorHandler = Parameters<ExpressAdapter['setErrorHandler']>[0];
type Status = NonNullable<ReturnType<ErrorHandler>['status']>;

/**
 * As Bull Board's own handler, except for two errors that are not Redial's. A button may come too late, such as Promote
 * of a promoted job. And Bull Board decodes some texts twice, which fails for a text such as `x%`.
 */
const answerFault: ErrorHandler = (error) => {
  const isLate = / is not in the [a-z]+ state|^Missing (key|lock) for job /.test(error.message);
  const isMalformed = error instanceof URIError;
  // A body that cannot be read: the error has its own status.
  const { statusCode = isLate ? 409 : isMalformed ? 400 : 500 } = error as Error & { readonly statusCode?: Status };
  const key = statusCode === 500 ? 'ERRORS.INTERNAL_SERVER_ERROR' : 'ERRORS.REFUSED';
  return { status: statusCode, body: { error: { key }, message: error.message } };
};

function requireLogin(admin: BasicLogin, guardLogins: GuardLogins): RequestHandler {
  const headers = { 'WWW-Authenticate': 'Basic realm="Redial", charset="UTF-8"' };
  const wrong = problem('unauthenticated', { detail: 'The dashboard needs its login.', headers });
  return (request, response, next) => {
    const authorization = request.get('authorization');
    const account = userOfLogin(basicLoginOf(authorization)) === admin.user ? admin.user : undefined;
    const refused = isLogin(authorization, admin) ? undefined : wrong;
    return guardLogins({ api: 'dashboard', account, problem: refused }, request, response, next);
  };
}

/** Bull Board separates its own words from those of the request by a NUL, and fails if the request holds one. */
const refuseNul: RequestHandler = (request, response, next) =>
  request.originalUrl.includes('%00') ? refuse(response, problem('malformed_request')) : next();

const notStored: RequestHandler = (_request, response, next) => {
  response.set('Cache-Control', 'no-store');
  next();
};

/** A browser sends the login by itself, so another site's page could press the buttons. */
const refuseForgery: RequestHandler = (request, response, next) => {
  const reads = request.method === 'GET' || request.method === 'HEAD';
  if (!reads && isCrossSite((name) => request.get(name))) return refuse(response, problem('forbidden'));
  next();
};
