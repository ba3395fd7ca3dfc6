import type { RequestHandler } from 'express';
import helmet from 'helmet';

interface PageNeeds {
  /** `inline`: the page contains style sheets and style attributes of its own. */
  readonly styles: 'none' | 'inline';
}

/**
 * What a browser may do with an answer. Scripts, styles, images and requests come from this host alone, and no page may
 * frame one of Redial's. HSTS and upgrading to https belong to the proxy that terminates TLS: Redial itself serves
 * plain HTTP.
 */
export function securityHeaders({ styles }: PageNeeds): RequestHandler {
  const own = ["'self'"];
  return helmet({
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'no-referrer' },
    frameguard: { action: 'deny' },
    contentSecurityPolicy: {
      useDefaults: false,
      directives:
        styles === 'none'
          ? { defaultSrc: ["'none'"], frameAncestors: ["'none'"] }
          : {
              defaultSrc: ["'none'"],
              scriptSrc: own,
              styleSrc: [...own, "'unsafe-inline'"],
              imgSrc: [...own, 'data:'],
              fontSrc: own,
              connectSrc: own,
              baseUri: own,
              formAction: own,
              frameAncestors: ["'none'"],
            },
    },
  });
}
