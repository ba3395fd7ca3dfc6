/**
 * Returns a request's target in which each run of slashes in the path is one slash. Base URLs often end in a slash, and
 * web servers merge slashes. This runs before any rule reads the path, so that no rule can be evaded. The query and the
 * origin of an absolute target (RFC 9112 §3.2.2) stay unchanged.
 */
export function withSingleSlashes(target: string): string {
  const end = target.search(/[?#]/);
  const path = end === -1 ? target : target.slice(0, end);
  const origin = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(path)?.[0] ?? '';
  const own = path.slice(origin.length);
  return own.includes('//') ? `${origin}${own.replaceAll(/\/{2,}/g, '/')}${target.slice(path.length)}` : target;
}
