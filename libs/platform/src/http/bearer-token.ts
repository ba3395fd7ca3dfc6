import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether an `Authorization` header carries this bearer token. The comparison takes the same time for any wrong token. */
export function carriesToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +([^\s]+)$/i.exec(authorization ?? '')?.[1];
  return given !== undefined && timingSafeEqual(digest(given), digest(token));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
