/**
 * Whether a request may come from a page of another site, made by a browser that adds its user's login (or its place in a trusted
 * network) by itself. Browsers say where a request comes from in Sec-Fetch-Site (over TLS and on localhost), and in Origin for
 * everything but plain GETs; programs send neither.
 */
export function isCrossSite(header: (name: string) => string | undefined): boolean {
  const site = header('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  const host = header('host')?.toLowerCase();
  return [header('origin'), header('referer')].some((from) => from !== undefined && hostOf(from) !== host);
}

/** `null`, which a sandboxed page sends, and everything that is no URL is nobody's host. */
function hostOf(url: string): string | undefined {
  try {
    return new URL(url).host;
  } catch {
    return 'nobody';
  }
}
