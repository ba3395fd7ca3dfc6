import { ContextName, Name } from '@redial/call';
import { z } from 'zod';
import { dialectSettings } from '../shared/dialect-settings.ts';
import { IpAddresses } from '../shared/ip-addresses.ts';

/** What the vendor's administrator may have called a context or a trunk. It is looked up here and reaches no PBX. */
const VendorName = z.string().regex(/^\P{Cc}{1,60}$/u, 'a name without control characters, 60 at most');

/** How the first person is reached by one of the vendor's contexts. */
const ContextSettings = z
  .strictObject({
    /** The tenant's trunk for a caller outside. Absent: the one that `trunk_name` says. */
    trunk: Name.optional(),
    /** `dialplan`: the PBX's own context of the same name dials the caller, whoever it is. It must be one of the tenant's `contexts`. */
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
  /** Whence requests may come, by the address of their connection. Absent: from anywhere. */
  ipAllowList: IpAddresses.optional(),
  /** By the vendor's name, which is what `context` holds. */
  contexts: z
    .record(VendorName, ContextSettings)
    .refine(
      (contexts) =>
        Object.entries(contexts).every(
          ([name, { routes }]) => routes === undefined || ContextName.safeParse(name).success,
        ),
      'a context that the dialplan routes has a name of letters, digits, - and _',
    ),
  /** The vendor's name, which is what `trunk_name` holds → the tenant's trunk. Its own trunks need no entry. */
  trunks: z.record(VendorName, Name).default({}),
});
export type ActSettings = z.infer<typeof ActSettings>;

/** Undefined: the tenant does not have the dialect. */
export const actSettings = dialectSettings('call-originate-act', ActSettings);
