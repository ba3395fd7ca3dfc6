/** A URL without the user and the password that may stand in it (fetch refuses those), and the Basic authorization that they are. */
export interface UrlLogin {
  readonly url: string;
  readonly authorization?: string;
}

export function splitLogin(written: string): UrlLogin {
  const url = new URL(written);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  if (username === '' && password === '') return { url: url.href };
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url: url.href, authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
