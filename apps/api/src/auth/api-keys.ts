import { createHash, timingSafeEqual } from 'node:crypto';
import type { Tenant } from '@redial/call';

export type FindTenant = (apiKey: string) => Tenant | undefined;

/** An API key → its tenant. Every stored hash is compared, in constant time: how long it takes tells nothing. */
export function apiKeysOf(tenants: readonly Tenant[]): FindTenant {
  const entries = tenants.flatMap((tenant) =>
    tenant.apiKeys.map(({ sha256 }) => ({ tenant, digest: Buffer.from(sha256, 'hex') })),
  );
  return (apiKey) => {
    const given = createHash('sha256').update(apiKey).digest();
    let found: Tenant | undefined;
    for (const { tenant, digest } of entries) {
      if (timingSafeEqual(digest, given)) found = tenant;
    }
    return found;
  };
}

/** Whether a request sends a key at all, of whatever form: one that is wrong must not pass for none. */
export function sendsKey(header: (name: string) => string | undefined): boolean {
  return /^Bearer\b/i.test(header('authorization') ?? '') || (header('x-api-key') ?? '') !== '';
}

/** `Authorization: Bearer <key>`, or `X-API-Key: <key>`. */
export function apiKeyOf(header: (name: string) => string | undefined): string | undefined {
  const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header('authorization') ?? '')?.[1];
  return bearer ?? /^[\x21-\x7e]{1,512}$/.exec(header('x-api-key') ?? '')?.[0];
}
