import { Extension, Name } from '@redial/call';
import { z } from 'zod';
import { dialectSettings } from '../shared/dialect-settings.ts';

/** A tenant's `dialects.originate-call`. */
export const OriginateCallSettings = z.strictObject({
  /** The vendor's `api_username` and `api_password`. */
  username: z.string().min(1).max(200),
  password: z.string().min(1).max(200),
  /** The key itself, not its hash: the vendor's clients hash it together with each request. */
  apiKey: z.string().min(1).max(200),
  /** By the vendor's `project_id`. */
  projects: z
    .record(
      z.string().regex(/^[A-Za-z0-9_-]{1,40}$/, 'a project id: letters, digits, - and _, 40 at most'),
      z.strictObject({
        /** One of the tenant's, for requests of the project that name none. */
        trunk: Name.optional(),
      }),
    )
    .refine((projects) => Object.keys(projects).length > 0, 'must name at least one project'),
  /** E-mail address, in any case → the extension that `type=user_email` rings. */
  users: z.record(z.email('an e-mail address, such as ann@example.com').toLowerCase(), Extension).default({}),
  /** The vendor's name of a trunk → the tenant's. One that has the same name needs no entry. */
  trunks: z.record(z.string().min(1).max(80), Name).default({}),
  /** With `async=0`: how long dial1's phone may take to start ringing, before the call expires. */
  waitSeconds: z.int().min(1).max(120).default(15),
});
export type OriginateCallSettings = z.infer<typeof OriginateCallSettings>;

export const originateCallSettings = dialectSettings('originate-call', OriginateCallSettings);
