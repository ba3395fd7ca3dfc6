import { z } from 'zod';

/**
 * The origin of a page in a browser, as the browser writes it (RFC 6454 §6.2). It has scheme, host, and the port where
 * it is not the scheme's own. `:*` stands for any port, and for none. `null` is refused: every sandboxed page and every
 * file sends it.
 */
export const Origin = z
  .string()
  .max(300)
  .regex(
    /^[a-z][a-z0-9+.-]*:\/\/([a-z0-9._-]+|\[[0-9a-f:.]+\])(:([0-9]{1,5}|\*))?$/,
    'an origin in lower case: scheme and host, such as https://crm.example, with :8443 where it has a port of its own, or :* for any port; no path',
  );

export type OriginList = (origin: string | undefined) => boolean;

/** Whether a page's origin is among these. */
export function originList(origins: readonly string[]): OriginList {
  const exact = new Set(origins);
  return (origin) => {
    if (origin === undefined) return false;
    return exact.has(origin) || exact.has(`${origin.replace(/:[0-9]+$/, '')}:*`);
  };
}
