import { problem } from '@redial/dialects';
import type { Express } from 'express';
import { refuse } from './refuse.ts';

/** `{id}` as OpenAPI writes it → `:id` as Express does. */
export function expressPath(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1');
}

/** Mounted after everything else: a known address with another method is 405, and `Allow` lists its methods. */
export function refuseOtherMethods(
  app: Express,
  routes: readonly { readonly method: string; readonly path: string }[],
): void {
  for (const path of new Set(routes.map((route) => route.path))) {
    const methods = routes.filter((route) => route.path === path).map((route) => route.method.toUpperCase());
    const allow = [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))].join(', ');
    app.all(expressPath(path), (_request, response) =>
      refuse(response, problem('method_not_allowed', { headers: { Allow: allow } })),
    );
  }
}
