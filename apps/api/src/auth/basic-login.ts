import { basicLoginOf, digestOf, isSameDigest } from '@redial/platform';

export interface BasicLogin {
  readonly user: string;
  readonly password: string;
}

/** Whether an `Authorization` header is this Basic login. The comparison takes the same time for any wrong login. */
export function isLogin(authorization: string | undefined, { user, password }: BasicLogin): boolean {
  const given = basicLoginOf(authorization);
  return isSameDigest(digestOf(given ?? ''), digestOf(`${user}:${password}`)) && given !== undefined;
}
