import { z } from 'zod';
import { dialectSettings } from '../shared/dialect-settings.ts';

/** The file may hold `${NAME}` in its place: the text of that environment variable. */
const Credential = z.string().min(1).max(200);

/** A tenant's `dialects.dialup`. */
export const DialupSettings = z.strictObject({
  user: Credential,
  password: Credential,
  org: Credential,
  /** What `Retrytime` counts in. */
  retrytimeUnit: z.enum(['seconds', 'minutes']).default('seconds'),
  /** What the vendor's "till answer" means: until both sides are connected, or until dial1 has answered. */
  until: z.enum(['connected', 'dial1_answered']).default('connected'),
  /**
   * What `ident` is of: `call`, so that the same ident is the same call while that is open; or `organization`, as the vendor's page has
   * it, so that it says who asks and no two requests are one.
   */
  ident: z.enum(['call', 'organization']).default('call'),
  /** How long a call whose answer is waited for may be held up before it is dialled. Later, it is not dialled any more. */
  waitSeconds: z.int().min(1).max(120).default(15),
});
export type DialupSettings = z.infer<typeof DialupSettings>;

/** Undefined: the tenant does not have the dialect. */
export const dialupSettings = dialectSettings('dialup', DialupSettings);
