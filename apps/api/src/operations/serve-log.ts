import { randomUUID } from 'node:crypto';
import { httpSerializers, type Logger, type Metrics } from '@redial/platform';
import type { Request, RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';

/** One line for each request, without headers, query and body; probes are silent. The request's id goes back in X-Request-Id. */
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
    customLogLevel: (_request, response, error) =>
      error !== undefined || response.statusCode >= 500 ? 'error' : 'info',
    customProps: (_request, response) => {
      const { tenant } = (response as unknown as { locals?: { tenant?: { id: string } } }).locals ?? {};
      return tenant === undefined ? {} : { tenant: tenant.id };
    },
  }) as RequestHandler;
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
