import { CallerName } from '@redial/call';
import { z } from 'zod';

/** Punctuation and spaces that names in a CRM have, and a caller ID may not. */
const softened = /[,;:&()#!\u2013\u2014\u00a0]/gu;
const joiners = /[\u200c\u200d]/gu;

/**
 * A name as a CRM keeps it → as a phone may show it: `Doe, John`, `Müller & Söhne`, `John (VIP)`, and a number where there is no name. What it
 * loses is punctuation alone; what could end a line, a quoted string or an expression is refused, as everywhere.
 */
export const PersonName = z
  .string()
  .transform((name) =>
    name
      .replaceAll(joiners, '')
      .replaceAll(softened, ' ')
      .replaceAll(/ {2,}/g, ' ')
      .replace(/^[ .'’_@+/-]+/u, '')
      .replace(/ +$/, ''),
  )
  .pipe(CallerName);
