import { problem } from '@redial/dialects';
import type { Logger } from '@redial/platform';
import type { RequestHandler } from 'express';
import { type Options, rateLimit } from 'express-rate-limit';
import { RedisStore } from 'rate-limit-redis';
import { requestingTenant } from '../auth/requesting-tenant.ts';
import { clientAddress } from './plain-address.ts';
import { refuse } from './refuse.ts';

interface RateLimitPorts {
  readonly redisCommand: (...words: string[]) => Promise<unknown>;
  readonly keyPrefix: string;
  readonly logger: Logger;
}

const windowMs = 60_000;

/** Requests per tenant and minute. */
export function limitRequests(ports: RateLimitPorts): RequestHandler {
  return limitPerMinute('requests', ports, {
    limit: (_request, response) => requestingTenant(response.locals).quotas.requestsPerMinute,
    keyGenerator: (_request, response) => requestingTenant(response.locals).id,
    identifier: 'tenant',
  });
}

/**
 * Requests with wrong credentials, per address of the connection and minute; of IPv6, per network of 56 bits. Only
 * failed requests count and are limited: clients with right credentials may share the address, for example behind a
 * proxy.
 */
export function limitFailedLogins(perMinute: number, ports: RateLimitPorts): RequestHandler {
  return limitPerMinute('failed-logins', ports, {
    limit: perMinute,
    keyGenerator: clientAddress,
    identifier: 'failed-logins',
  });
}

/**
 * Counted in Redis for all API processes together. While Redis is down nothing is counted: the request continues, and
 * is refused if it needs Redis.
 */
function limitPerMinute(
  name: string,
  { redisCommand, keyPrefix, logger }: RateLimitPorts,
  options: Required<Pick<Options, 'limit' | 'keyGenerator' | 'identifier'>>,
): RequestHandler {
  const store = new RedisStore({
    sendCommand: async (...words: string[]) => (await redisCommand(...words)) as string,
    prefix: `${keyPrefix}:${name}:`,
  });
  return rateLimit({
    ...options,
    windowMs,
    store,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    passOnStoreError: true,
    // Headers about addresses are not read here.
    validate: { default: true, trustProxy: false, xForwardedForHeader: false, forwardedHeader: false },
    logger: {
      error: (error: unknown, text?: string) => logger.error({ error }, text ?? 'rate limit'),
      warn: (error: unknown, text?: string) => logger.warn({ error }, text ?? 'rate limit'),
    },
    handler: (_request, response) => {
      // For a login of a known account, `guardLogins` answers with the length of its lock.
      const { tooManyFailedLogins } = response.locals as { tooManyFailedLogins?: () => Promise<void> };
      if (tooManyFailedLogins !== undefined) return tooManyFailedLogins();
      return refuse(
        response,
        problem('too_many_requests', { headers: { 'Retry-After': String(response.getHeader('Retry-After') ?? 60) } }),
      );
    },
  });
}
