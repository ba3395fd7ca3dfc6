import { z } from 'zod';
import { dialectSettings } from '../shared/dialect-settings.ts';
import { IpAddresses } from '../shared/ip-addresses.ts';

/** A tenant's `dialects.click2dial`. */
export const Click2dialSettings = z.strictObject({
  /** Before v4.0.0 the vendor's headers began with X-Platforma-. */
  headerPrefix: z.enum(['X-Teleforge-', 'X-Platforma-']).default('X-Teleforge-'),
  /** Servers that may use the dialect without a key, by the address of their connection. `host`: only with this host name. */
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
