import type { TenantConfiguration } from '@redial/configuration';
import { bearerOf, digestOf, isSameDigest } from '@redial/platform';

export type FindTenant = (apiKey: string) => TenantConfiguration | undefined;

/** An API key → its tenant. Every stored hash is compared, so that the time reveals nothing. */
export function apiKeysOf(tenants: readonly TenantConfiguration[]): FindTenant {
  const entries = tenants.flatMap((tenant) =>
    tenant.apiKeys.map(({ sha256 }) => ({ tenant, digest: Buffer.from(sha256, 'hex') })),
  );
  return (apiKey) => {
    const given = digestOf(apiKey);
    let found: TenantConfiguration | undefined;
    for (const { tenant, digest } of entries) {
      if (isSameDigest(digest, given)) found = tenant;
    }
    return found;
  };
}

/** Whether a request has a key, valid or not: a malformed key must not count as none. */
export function sendsKey(header: (name: string) => string | undefined): boolean {
  return /^Bearer\b/i.test(header('authorization') ?? '') || (header('x-api-key') ?? '') !== '';
}

const keyForm = /^[\x21-\x7e]{1,512}$/;

/** `Authorization: Bearer <key>`, or `X-API-Key: <key>`. */
export function apiKeyOf(header: (name: string) => string | undefined): string | undefined {
  return [bearerOf(header('authorization')), header('x-api-key')].find((key) => key !== undefined && keyForm.test(key));
}
