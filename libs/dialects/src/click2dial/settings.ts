import { z } from 'zod';
import { dialectSettings } from '../shared/dialect-settings.ts';
import { IpAddresses } from '../shared/ip-addresses.ts';

const campaignName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,60}$/, 'a campaign: letters, digits, - and _, 60 at most, such as spring');

/** A tenant's `dialects.click2dial`. */
export const Click2dialSettings = z.strictObject({
  /** Before v4.0.0 the vendor's headers began with X-Platforma-. */
  headerPrefix: z.enum(['X-Teleforge-', 'X-Platforma-']).default('X-Teleforge-'),
  /** Each campaign's verified caller ID, for `tvc_<campaign>`: a number as the tenant's numbering plan writes it. */
  campaigns: z.record(campaignName, z.string().regex(/^\+?[0-9]{2,20}$/, 'a number, such as +27711234567')).default({}),
  /**
   * Servers that may use the dialect without a key, by the address of their connection. `host`: only with this host
   * name.
   */
  keyless: z
    .strictObject({
      ipAllowList: IpAddresses,
      host: z
        .string()
        .regex(/^[A-Za-z0-9.-]{1,253}$/, 'a host name')
        .optional(),
    })
    .optional(),
});
export type Click2dialSettings = z.infer<typeof Click2dialSettings>;

const given = dialectSettings('click2dial', Click2dialSettings);
const defaults = Click2dialSettings.parse({});

/** The dialect needs no more than a key of Redial's: a tenant without settings has the defaults. */
export const click2dialSettings: (...tenant: Parameters<typeof given>) => Click2dialSettings = (tenant) =>
  given(tenant) ?? defaults;
