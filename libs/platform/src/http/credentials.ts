import { createHash, timingSafeEqual } from 'node:crypto';

// How credentials are read and compared. Pure, and all of this package that the dialects may import.

/** SHA-256. Digests have one length, whatever the length of the secret: a comparison needs that. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Takes the same time for right and wrong secrets. */
export function isSameDigest(one: Buffer, other: Buffer): boolean {
  return timingSafeEqual(one, other);
}

/** `Authorization: Basic` → `user:password` (RFC 7617, UTF-8). */
export function basicLoginOf(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

/** The user of `user:password`. */
export function userOfLogin(login: string | undefined): string | undefined {
  return login?.split(':', 1)[0];
}

/** `Authorization: Bearer` → the token. */
export function bearerOf(authorization: string | undefined): string | undefined {
  return /^Bearer +(\S.*)$/i.exec(authorization ?? '')?.[1];
}
