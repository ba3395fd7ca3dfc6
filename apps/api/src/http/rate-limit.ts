import type { Tenant } from '@redial/call';
import { problem } from '@redial/dialects';
import type { Logger } from '@redial/platform';
import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import { refuse } from './refuse.ts';

export interface RateLimitPorts {
  readonly redisCommand: (...words: string[]) => Promise<unknown>;
  readonly keyPrefix: string;
  readonly logger: Logger;
}

const windowMs = 60_000;

/**
 * Requests per tenant and minute, counted in Redis for all API processes together. While Redis is down nothing is counted: the
 * request goes on and is refused where Redis is needed.
 */
export function limitRequests({ redisCommand, keyPrefix, logger }: RateLimitPorts): RequestHandler {
  const store = new RedisStore({
    sendCommand: async (...words: string[]) => (await redisCommand(...words)) as string,
    prefix: `${keyPrefix}:requests:`,
  });
  return rateLimit({
    windowMs,
    store,
    limit: (_request, response) => tenantOf(response.locals).limits.requestsPerMinute,
    keyGenerator: (_request, response) => tenantOf(response.locals).id,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    identifier: 'tenant',
    passOnStoreError: true,
    // Nothing here looks at addresses.
    validate: { default: true, trustProxy: false, xForwardedForHeader: false, forwardedHeader: false },
    logger: {
      error: (err: unknown, text?: string) => logger.error({ err }, text ?? 'rate limit'),
      warn: (err: unknown, text?: string) => logger.warn({ err }, text ?? 'rate limit'),
    },
    handler: (_request, response) => {
      refuse(
        response,
        problem('too_many_requests', { headers: { 'Retry-After': String(response.getHeader('Retry-After') ?? 60) } }),
      );
    },
  });
}

export function tenantOf(locals: Record<string, unknown>): Tenant {
  const tenant = locals['tenant'];
  if (tenant === undefined) throw new TypeError('the tenant must be known before its limits are');
  return tenant as Tenant;
}
