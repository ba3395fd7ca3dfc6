import { basicLoginOf, digestOf, isSameDigest } from '@redial/dialects';

export interface BasicLogin {
  readonly user: string;
  readonly password: string;
}

/** Whether an `Authorization` header is this Basic login; in a time that does not tell how much of it was right. */
export function isLogin(authorization: string | undefined, { user, password }: BasicLogin): boolean {
  const given = basicLoginOf(authorization);
  return isSameDigest(digestOf(given ?? ''), digestOf(`${user}:${password}`)) && given !== undefined;
}
