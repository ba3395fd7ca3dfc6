import { readFileSync } from 'node:fs';
import type { Express, RequestHandler } from 'express';
import swaggerUi from 'swagger-ui-express';
import { securityHeaders } from '../http/security-headers.ts';
import { sendReply } from '../http/send-reply.ts';
import { openApi } from './openapi.ts';

/** As it stands in the documentation: Markdown, which a browser shows and a person can read. */
const testNumbers = readFileSync(new URL('../../../../docs/test-numbers.md', import.meta.url), 'utf8');

/** `/openapi.json`; `/docs`, a page that needs nothing from elsewhere; `/docs/test-numbers`. */
export function mountDocs(app: Express, version: string): void {
  const document = openApi(version);
  const body = JSON.stringify(document);
  app.get('/openapi.json', (_request, response) => {
    sendReply(response, { status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body });
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

/** A page of documents is the same for everybody, and always whole: what would make it refuse a request is not looked at. */
const unconditional: RequestHandler = ({ headers }, _response, next) => {
  for (const name of ['if-match', 'if-unmodified-since', 'range']) delete headers[name];
  next();
};
