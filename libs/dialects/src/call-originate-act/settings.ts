import { ContextName, Name } from '@redial/call';
import { z } from 'zod';
import { dialectSettings } from '../shared/dialect-settings.ts';
import { IpAddresses } from '../shared/ip-addresses.ts';

/** A context or a trunk as the vendor's administrator named it. It is only looked up, and reaches no PBX. */
const VendorName = z.string().regex(/^\P{Cc}{1,60}$/u, 'a name without control characters, 60 at most');

/** How the first person is reached by one of the vendor's contexts. */
const ContextSettings = z
  .strictObject({
    /** The tenant's trunk for a caller outside. Absent: the one of `trunk_name`. */
    trunk: Name.optional(),
    /**
     * `dialplan`: the PBX's own context of the same name dials every caller. It must be one of the tenant's `contexts`.
     */
    routes: z.literal('dialplan').optional(),
  })
  .refine((context) => context.trunk === undefined || context.routes === undefined, {
    message: 'is for a context that the dialplan does not route',
    path: ['trunk'],
  });

/** A tenant's `dialects.call-originate-act`. */
export const ActSettings = z.strictObject({
  /** Of `Authorization: Basic`, which cannot carry a colon in the first. */
  username: z.string().regex(/^[^:\p{Cc}]{1,100}$/u, 'a user name without a colon, 100 at most'),
  password: z.string().regex(/^\P{Cc}{1,200}$/u, 'a password without control characters, 200 at most'),
  /** Of `X-APIKEY`. */
  apiKey: z.string().regex(/^[\x21-\x7e]{1,512}$/, 'a key of visible ASCII characters, 512 at most'),
  /** Addresses that requests may come from. Absent: any. */
  ipAllowList: IpAddresses.optional(),
  /** By the vendor's name, as `context` holds it. */
  contexts: z
    .record(VendorName, ContextSettings)
    .refine(
      (contexts) =>
        Object.entries(contexts).every(
          ([name, { routes }]) => routes === undefined || ContextName.safeParse(name).success,
        ),
      'a context that the dialplan routes has a name of letters, digits, - and _',
    ),
  /** The vendor's name, as `trunk_name` holds it → the tenant's trunk. A trunk of the same name needs no entry. */
  trunks: z.record(VendorName, Name).default({}),
});
export type ActSettings = z.infer<typeof ActSettings>;

/** Undefined: the tenant does not have the dialect. */
export const actSettings = dialectSettings('call-originate-act', ActSettings);
