import { z } from 'zod';
import { dialectSettings } from '../shared/dialect-settings.ts';

/** The file may hold `${NAME}` instead: the text of that environment variable. */
const Credential = z.string().min(1).max(200);

/** A tenant's `dialects.dialup`. */
export const DialupSettings = z.strictObject({
  user: Credential,
  password: Credential,
  org: Credential,
  /** The unit of `Retrytime`. */
  retrytimeUnit: z.enum(['seconds', 'minutes']).default('seconds'),
  /** What the vendor's "till answer" means: until both sides are connected, or until dial1 has answered. */
  until: z.enum(['connected', 'dial1_answered']).default('connected'),
  /**
   * What `ident` identifies. `call`: the same ident is the same call while that is open. `organization`, as the
   * vendor's page has it: the client, so that each request is a call of its own.
   */
  ident: z.enum(['call', 'organization']).default('call'),
  /** How long a call with `Response=yes` may wait before it is dialled. After that it expires. */
  waitSeconds: z.int().min(1).max(120).default(15),
});
export type DialupSettings = z.infer<typeof DialupSettings>;

/** Undefined: the tenant does not have the dialect. */
export const dialupSettings = dialectSettings('dialup', DialupSettings);
