import { readFileSync } from 'node:fs';
import { vendors } from '@redial/dialects';
import type { Clock } from '@redial/platform';
import type { Express, RequestHandler } from 'express';
import swaggerUi from 'swagger-ui-express';
import { securityHeaders } from '../http/security-headers.ts';
import { sendReply } from '../http/send-reply.ts';
import { openApi } from './openapi.ts';
import { vendorsOpenApi } from './vendors.ts';

/** The page of the documentation, in Markdown: a browser shows it, and a person can read it. */
const testNumbers = readFileSync(new URL('../../../../docs/reference/test-numbers.md', import.meta.url), 'utf8');

export const documentPaths = ['/openapi.json', '/openapi/vendors.json'];

const dayMs = 86_400_000;

/**
 * `/openapi.json`, `/openapi/vendors.json`; `/docs`, a page that loads nothing from other hosts; `/docs/test-numbers`.
 */
export function mountDocs(app: Express, version: string, clock: Clock): void {
  // Its examples are for the next day, so that they can be sent unchanged.
  let own = { day: -1, body: '' };
  const ownDocument = (): string => {
    const day = Math.floor(clock.now() / dayMs);
    if (own.day !== day) own = { day, body: JSON.stringify(openApi(version, day * dayMs)) };
    return own.body;
  };
  const ofVendors = JSON.stringify(vendorsOpenApi(version, vendors));
  const json = { 'Content-Type': 'application/json; charset=utf-8' };
  app.get('/openapi.json', (_request, response) => {
    sendReply(response, { status: 200, headers: json, body: ownDocument() });
  });
  app.get('/openapi/vendors.json', (_request, response) => {
    sendReply(response, { status: 200, headers: json, body: ofVendors });
  });
  app.get('/docs/test-numbers', (_request, response) => {
    sendReply(response, { status: 200, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body: testNumbers });
  });
  const page = swaggerUi.setup(null, {
    customSiteTitle: 'Redial API',
    swaggerOptions: { url: '/openapi.json', persistAuthorization: false, tryItOutEnabled: true },
  });
  // Its page has a style sheet of its own inside, and no script.
  app.use('/docs', withSlash, unconditional, securityHeaders({ styles: 'inline' }), swaggerUi.serve, page);
}

/** The page names its parts relative to itself. */
const withSlash: RequestHandler = (request, response, next) => {
  if (/^\/docs(\?|$)/.test(request.originalUrl)) response.redirect(308, '/docs/');
  else next();
};

/** A page is the same for every client and is always sent whole. Conditional headers of the request are ignored. */
const unconditional: RequestHandler = ({ headers }, _response, next) => {
  for (const name of ['if-match', 'if-unmodified-since', 'range']) delete headers[name];
  next();
};
