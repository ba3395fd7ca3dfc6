import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { httpSerializers, type Logger, type Metrics } from '@redial/platform';
import type { Request, RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';

/**
 * One line for each request, without headers, query and body. Probes are not logged. X-Request-Id returns the id of the
 * request.
 *
 * Only a tenant's requests are limited, so a line that any client can cause is a warning. The logger writes few of
 * those, and counts the rest. Requests for public pages have the level `debug`.
 */
export function logRequests(logger: Logger): RequestHandler {
  return pinoHttp<Request>({
    logger,
    serializers: httpSerializers,
    genReqId: (_request, response) => {
      const id = `req_${randomUUID()}`;
      response.setHeader('X-Request-Id', id);
      return id;
    },
    autoLogging: { ignore: ({ url }) => /^\/(livez|readyz|metrics)\b/.test(url ?? '') },
    customLogLevel: (request, response, error) => {
      if (error !== undefined || response.statusCode >= 500) return 'error';
      if (isRefused(response)) return 'warn';
      return isOpenToAll(request) ? 'debug' : 'info';
    },
    customSuccessMessage: (_request, response) => {
      const { statusCode, writableEnded } = response;
      if (!writableEnded) return 'request aborted';
      return isRefused(response)
        ? `request refused: ${STATUS_CODES[statusCode] ?? 'no such status'}`
        : 'request completed';
    },
    customProps: (_request, response) => {
      const tenant = askingTenant(response);
      return tenant === undefined ? {} : { tenant: tenant.id };
    },
  }) as RequestHandler;
}

/** A request without a tenant that failed, or one over a limit. */
function isRefused(response: ServerResponse): boolean {
  const { statusCode, writableEnded } = response;
  return statusCode === 429 || (askingTenant(response) === undefined && (statusCode >= 400 || !writableEnded));
}

function isOpenToAll({ url = '', method }: IncomingMessage): boolean {
  return method === 'OPTIONS' || /^\/(docs|openapi)\b/.test(url);
}

function askingTenant(response: ServerResponse): { readonly id: string } | undefined {
  return (response as { readonly locals?: { readonly tenant?: { readonly id: string } } }).locals?.tenant;
}

/** How long each request took, by its route's pattern: never by its path, which holds ids. */
export function measureRequests(metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    response.once('finish', () => {
      const pattern: unknown = request.route?.path;
      const route =
        typeof pattern === 'string' ? pattern : request.path.startsWith('/admin/queues') ? '/admin/queues' : 'none';
      metrics.httpServed({
        method: request.method,
        route,
        status: response.statusCode,
        durationMs: performance.now() - startedAt,
      });
    });
    next();
  };
}
