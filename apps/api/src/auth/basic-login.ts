import { createHash, timingSafeEqual } from 'node:crypto';

export interface BasicLogin {
  readonly user: string;
  readonly password: string;
}

/** Whether an `Authorization` header is this Basic login (RFC 7617, UTF-8); in a time that does not tell how much of it was right. */
export function isLogin(authorization: string | undefined, { user, password }: BasicLogin): boolean {
  const given = givenIn(authorization);
  return timingSafeEqual(digest(given ?? ''), digest(`${user}:${password}`)) && given !== undefined;
}

/** Whose login it says it is. */
export function userOf(authorization: string | undefined): string | undefined {
  return givenIn(authorization)?.split(':', 1)[0];
}

function givenIn(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization ?? '')?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString('utf8');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
