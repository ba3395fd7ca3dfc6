/** A URL without its user and password (fetch refuses those), and the Basic authorization made from them. */
interface UrlLogin {
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
