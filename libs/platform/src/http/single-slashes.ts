/**
 * A request's target with each run of slashes in its path as one: base URLs that end in a slash are common, and web servers merge them. Done
 * before any rule reads the path, so that what is closed stays closed. What stands behind `?` is left alone, as is the origin of an
 * absolute target (RFC 9112 §3.2.2).
 */
export function withSingleSlashes(target: string): string {
  const end = target.search(/[?#]/);
  const path = end === -1 ? target : target.slice(0, end);
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(path)?.[0] ?? '';
  const own = path.slice(origin.length);
  return own.includes('//') ? `${origin}${own.replaceAll(/\/{2,}/g, '/')}${target.slice(path.length)}` : target;
}
