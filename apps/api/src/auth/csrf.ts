/**
 * Whether a request may come from a page of another site. The browser adds the user's login, or the user's place in a
 * trusted network, by itself. Browsers state the origin in Sec-Fetch-Site (over TLS and on localhost), and in Origin
 * for all but plain GETs. Programs send neither.
 */
export function isCrossSite(header: (name: string) => string | undefined): boolean {
  const site = header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const host = header('host')?.toLowerCase();
  return [header('origin'), header('referer')].some((from) => from !== undefined && hostOf(from) !== host);
}

/** `null`, which a sandboxed page sends, and other texts that are not URLs match no host. */
function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host;
  } catch {
    return 'no host';
  }
}
